# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .customer_group_sequence_time import Hours, get_due

#: Why a contact did not enter at all. Such rows tell of it, and do not count when he is
#: to enter again.
REFUSALS = ("loop", "limit", "undone")


class CustomerGroupSequence(models.Model):
    """Contacts enter a series."""

    _inherit = "customer.group.sequence"

    #: Series that a contact enters in a day, at most.
    _max_per_day = 10
    #: Series that start each other, at most.
    _max_depth = 5

    # ------------------------------------------------------------
    # ENTER
    # ------------------------------------------------------------

    def _enrol(self, contacts, operation=None):
        """Let contacts enter the series, as far as its policy of entering again allows.

        Takes the same few statements for any number of contacts. The caller has checked
        the rights of the user.

        :param SQL contacts: query with the columns (partner_id, group_id); the group is
            that which a contact joined or left, or NULL
        :param operation: the change that starts the series; may be empty
        :return: number of contacts that entered
        """
        self.ensure_one()
        step = self.step_ids[:1]
        if self.state != "running" or not step:
            return 0
        now = fields.Datetime.now()
        # sudo: the change by a step tells of the contact's way; nobody else reads it.
        parent = operation.sudo().enrolment_id if operation else None
        refusal = self._get_refusal(parent) if parent else None
        startable = self._sql_startable(contacts, now)
        due, by_zone = self._get_first_run(step, startable, now)
        rows = self.env.execute_query(
            SQL(
                """INSERT INTO customer_group_enrolment (
                       sequence_id, partner_id, group_id, operation_id, occurrence,
                       parent_id, depth, attempts, date_start,
                       state, stop_reason, date_end, next_step_id, next_run)
                   SELECT %(sequence)s, c.partner_id, c.group_id, %(operation)s,
                          c.occurrence, %(parent)s, %(depth)s, 0, %(now)s,
                          CASE WHEN r.no IS NULL THEN 'running' ELSE 'stopped' END,
                          r.no,
                          CASE WHEN r.no IS NOT NULL THEN %(now)s::timestamp END,
                          CASE WHEN r.no IS NULL THEN %(step)s END,
                          CASE WHEN r.no IS NULL THEN COALESCE(z.due, %(due)s) END
                     FROM (%(startable)s) AS c
               CROSS JOIN LATERAL (SELECT COALESCE(%(refusal)s, c.refusal)) AS r(no)
                LEFT JOIN unnest(%(zones)s::text[], %(dues)s::timestamp[]) AS z(tz, due)
                       ON z.tz = c.tz
                    WHERE r.no IS NULL OR NOT c.is_refused
              ON CONFLICT DO NOTHING
                RETURNING next_run""",
                sequence=self.id,
                operation=operation.id if operation else None,
                parent=parent.id if parent else None,
                depth=parent.depth + 1 if parent else 0,
                now=now,
                step=step.id,
                due=due,
                zones=list(by_zone),
                dues=list(by_zone.values()),
                refusal=refusal,
                startable=startable,
            )
        )
        dates = [date for [date] in rows if date]
        if dates:
            self.env["customer.group.enrolment"]._wake_up(min(dates))
        return len(dates)

    def _get_refusal(self, parent):
        """Return why the series does not start within others, or nothing.

        :param parent: the enrollment in which a step makes contacts enter this series
        :return: ``loop`` when it would start itself over others, or the chain is long
        """
        chain, ancestor = self.browse(), parent
        while ancestor:
            chain |= ancestor.sequence_id
            ancestor = ancestor.parent_id
        return "loop" if self in chain or parent.depth >= self._max_depth else None

    def _get_first_run(self, step, startable, now):
        """Return when the first step is due: in general, and by time zone of contacts.

        :return: pair (datetime, dict from the names of zones to datetimes)
        """
        zone = self._get_timezone()
        hours = self._get_hours()
        args = (now, step.delay_value, step.delay_unit)
        by_zone = {}
        by_wall = step.delay_value and step.delay_unit != "hours"
        if self.tz_mode == "partner" and (by_wall or not hours.is_always):
            rows = self.env.execute_query(
                SQL("SELECT DISTINCT tz FROM (%s) AS c WHERE tz IS NOT NULL", startable)
            )
            by_zone = {tz: get_due(*args, tz, hours) for [tz] in rows}
        return get_due(*args, zone, hours), by_zone

    def _get_hours(self):
        return Hours(self.window_from, self.window_to, self.weekdays_only)

    def _get_timezone(self, partner=None):
        """Return by whose clock the series goes.

        :param partner: a contact; without him, or without a time zone of his own, it is
            that of the company, else of the responsible, else UTC
        :return: name of a time zone
        """
        company = self.company_id or self.user_id.company_id
        return (
            (self.tz_mode == "partner" and partner and partner.tz)
            or company.partner_id.tz
            or self.user_id.tz
            or "UTC"
        )

    # ------------------------------------------------------------
    # WHO
    # ------------------------------------------------------------

    def _count_startable(self, contacts):
        """Return how many contacts would enter these series; each counts once.

        :param SQL contacts: as for :meth:`_enrol`
        """
        return self._count_starting([(sequence, contacts) for sequence in self])

    @api.model
    def _count_starting(self, starting):
        """Return how many contacts would enter any of several series.

        :param list starting: pairs of a series and the query of contacts
        """
        now = fields.Datetime.now()
        queries = [
            SQL(
                "SELECT partner_id FROM (%s) AS c WHERE refusal IS NULL",
                sequence._sql_startable(contacts, now),
            )
            for sequence, contacts in starting
            if sequence.step_ids
        ]
        if not queries:
            return 0
        [[count]] = self.env.execute_query(
            SQL(
                "SELECT count(DISTINCT partner_id) FROM (%s) AS c",
                SQL(" UNION ALL ").join(queries),
            )
        )
        return count

    def _sql_startable(self, contacts, now):
        """Return the query of the contacts whom the policy allows to enter.

        Columns: ``partner_id``, ``group_id``, ``occurrence``, ``tz``; ``refusal``, when
        he has entered too many series today, and ``is_refused``, when that was noted.
        """
        self.env["customer.group.enrolment"].flush_model()
        self.env["res.partner"].flush_model(["active", "company_id", "tz"])
        again = SQL("COALESCE(last.entered, 0) = 0")
        if self.reentry == "after":
            again = SQL(
                "(%s OR last.date_end <= %s)",
                again,
                now - timedelta(days=self.reentry_days),
            )
        return SQL(
            """WITH c AS MATERIALIZED (
                    SELECT partner_id, min(group_id) AS group_id
                      FROM (%(contacts)s) AS pair GROUP BY partner_id),
                    -- At one go: looked up for each contact, it would be searched in
                    -- what is being inserted.
                    last AS MATERIALIZED (
                    SELECT partner_id,
                           max(occurrence) FILTER (WHERE same) AS occurrence,
                           count(*) FILTER (WHERE same AND entered) AS entered,
                           bool_or(same AND running) AS running,
                           max(date_end) FILTER (WHERE same AND entered) AS date_end,
                           count(*) FILTER (WHERE entered AND today) AS today,
                           bool_or(same AND NOT entered AND today) AS is_refused
                      FROM (SELECT partner_id, occurrence, date_end,
                                   sequence_id = %(id)s AS same,
                                   state = 'running' AS running,
                                   date_start > %(day)s AS today,
                                   COALESCE(stop_reason, '') NOT IN %(refusals)s
                                   AS entered
                              FROM customer_group_enrolment
                             WHERE partner_id IN (SELECT partner_id FROM c)) AS e
                  GROUP BY partner_id)
               SELECT c.partner_id, c.group_id, p.tz,
                      COALESCE(last.occurrence, 0) + 1 AS occurrence,
                      CASE WHEN last.today >= %(max)s THEN 'limit' END AS refusal,
                      last.is_refused IS TRUE AS is_refused
                 FROM c
                 JOIN res_partner p ON p.id = c.partner_id AND p.active AND %(company)s
            LEFT JOIN last ON last.partner_id = c.partner_id
                WHERE last.running IS NOT TRUE AND %(again)s""",
            contacts=contacts,
            company=self._sql_company(),
            id=self.id,
            max=self._max_per_day,
            day=now - timedelta(days=1),
            refusals=REFUSALS,
            again=again,
        )

    def _sql_company(self):
        """Return the condition that a contact ``p`` is one of the series' company."""
        if not self.company_id:
            return SQL("TRUE")
        return SQL(
            "(p.company_id IS NULL OR p.company_id = ANY(%s))",
            list(self._get_company_ids()),
        )

    def _get_company_ids(self):
        """Return the ids of the companies whose contacts the series may concern."""
        # sudo: branches that the user does not work in belong to the company as well.
        company = self.company_id.sudo()
        return company.search(
            ["|", ("id", "child_of", company.id), ("id", "parent_of", company.id)]
        )._ids

    # ------------------------------------------------------------
    # BY HAND
    # ------------------------------------------------------------

    def _start_for(self, domain):
        """Let contacts enter because the user says so.

        :param domain: the contacts, as the user sees them; those he may not change are
            left alone
        :return: number of contacts that entered
        :raise AccessError: when the user may not assign groups, or not see the series
        :raise UserError: when the series does not run
        """
        contacts = self._get_contacts_by_hand(domain)
        # sudo: nobody has the right to write enrollments.
        return self.sudo()._enrol(contacts)

    def _count_start_for(self, domain):
        """Return how many contacts :meth:`_start_for` would let enter."""
        return self.sudo()._count_startable(self._get_contacts_by_hand(domain))

    def _get_contacts_by_hand(self, domain):
        self.ensure_one()
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group(
            "customer_group.group_assign"
        ):
            raise AccessError(
                self.env._(
                    "You may not start follow-up series. Ask somebody who may assign"
                    " customer groups."
                )
            )
        if self.state != "running":
            raise UserError(
                self.env._("“%s” does not run. Start the series first.", self.name)
            )
        allowed = self.env["res.partner"]._get_assignable_query(domain)
        return SQL(
            "SELECT id AS partner_id, NULL::int AS group_id FROM (%s) AS p",
            allowed.select(),
        )
