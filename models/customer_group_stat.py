# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict
from datetime import date

import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL, split_every

#: Numbers at the end of a day: of several days, the last one counts.
CLOSING = ("members", "direct_members")

# Begins with the present members and goes back in time. For that only contacts matter
# who came or went: "lo" is the first evening of a membership, "hi" the first after it.
FILL = """
WITH bound AS MATERIALIZED (
    SELECT %(since)s::timestamp AT TIME ZONE %(tz)s AT TIME ZONE 'UTC' AS dawn),
archived AS MATERIALIZED (
    SELECT id FROM res_partner WHERE active IS NOT TRUE),
present AS (
    SELECT g.id AS group_id, counts.*
      FROM customer_group g
CROSS JOIN LATERAL (
           SELECT count(DISTINCT partner_id) AS members,
                  count(*) FILTER (WHERE r.group_id = g.id) AS direct_members
             FROM customer_group s
             JOIN customer_group_res_partner_rel r ON r.group_id = s.id
            WHERE s.parent_path ^@ g.parent_path AND (s.active OR NOT g.active)
              AND partner_id NOT IN (SELECT id FROM archived)) AS counts
     WHERE g.id = ANY(%(groups)s)),
stay AS NOT MATERIALIZED (
    SELECT group_id, partner_id,
           (date_start AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS lo,
           COALESCE((date_end AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date,
                    'infinity') AS hi
      FROM customer_group_membership
     WHERE partner_id NOT IN (SELECT id FROM archived)
       AND partner_id IN (
           SELECT partner_id FROM customer_group_membership
            WHERE date_start >= (SELECT dawn FROM bound)
               OR date_end >= (SELECT dawn FROM bound))),
piece AS (
    SELECT g.id AS group_id, lo, hi,
           max(hi) OVER (PARTITION BY g.id, partner_id ORDER BY lo, hi
                         ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS covered
      FROM customer_group g
      JOIN customer_group s
        ON s.parent_path ^@ g.parent_path AND (s.active OR NOT g.active)
      JOIN stay ON stay.group_id = s.id
     WHERE g.id = ANY(%(groups)s) AND lo < hi AND hi >= %(since)s),
event (group_id, day, came, change, direct) AS (
    SELECT group_id, GREATEST(lo, covered), (covered < lo IS NOT FALSE)::int, 1, 0
      FROM piece WHERE covered < hi IS NOT FALSE
     UNION ALL
    SELECT group_id, hi, 0, -1, 0
      FROM piece WHERE covered < hi IS NOT FALSE
     UNION ALL
    SELECT group_id, moment.day, 0, 0, moment.direct
      FROM stay, LATERAL (VALUES (lo, 1), (hi, -1)) AS moment (day, direct)
     WHERE group_id = ANY(%(groups)s) AND lo < hi),
change AS (
    SELECT group_id,
           CASE WHEN day < %(first_day)s
                THEN (date_trunc('month', day) + interval '1 month - 1 day')::date
                ELSE day END AS date,
           sum(came) AS came, sum(change) AS change, sum(direct) AS direct
      FROM event WHERE day >= %(since)s AND day < 'infinity' GROUP BY 1, 2),
calendar AS (
    SELECT present.*, day::date AS date
      FROM present
CROSS JOIN LATERAL generate_series(
               CASE WHEN %(new)s
                    THEN (SELECT min(date) FROM change
                           WHERE group_id = present.group_id)
                    ELSE %(since)s END,
               %(today)s::date, '1 day') AS day
     WHERE day >= %(first_day)s OR extract(day FROM day + interval '1 day') = 1)
INSERT INTO customer_group_stat
       (group_id, date, members, direct_members, joins, leaves)
SELECT group_id, date, members - COALESCE(sum(change) OVER later, 0),
       direct_members - COALESCE(sum(direct) OVER later, 0),
       COALESCE(came, 0), COALESCE(came - change, 0)
  FROM calendar LEFT JOIN change USING (group_id, date)
WINDOW later AS (PARTITION BY group_id ORDER BY date DESC
                 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    ON CONFLICT (group_id, date) DO UPDATE
   SET members = EXCLUDED.members, direct_members = EXCLUDED.direct_members,
       joins = EXCLUDED.joins, leaves = EXCLUDED.leaves"""


class CustomerGroupStat(models.Model):
    """How many contacts a group had at the end of a day, and how many came and went.

    Holds no persons, so that deleting a contact changes nothing. A job computes the
    rows from the ledger, for all days since its last run, and for the past when it runs
    first. The last row counts up to that run and is computed again by the next one.
    Days end at midnight where the first company is.

    What is older than some thirteen months is kept as one row for each month.
    """

    _name = "customer.group.stat"
    _description = "Daily Statistics of a Customer Group"
    _order = "date desc, group_id"
    _rec_name = "date"
    _log_access = False

    #: Groups computed in one transaction.
    _batch_size = 1000
    #: Whole months that are kept day by day, before the present one.
    _daily_months = 13

    group_id = fields.Many2one(
        comodel_name="customer.group",
        string="Group",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    date = fields.Date(string="Day", required=True, readonly=True, index=True)
    members = fields.Integer(
        readonly=True,
        help="Contacts in the group or in one of its subgroups at the end of the day,"
        " each counted once. Of a longer time: at its end.",
    )
    direct_members = fields.Integer(
        readonly=True,
        help="Contacts in this very group at the end of the day. Of a longer time: at"
        " its end.",
    )
    joins = fields.Integer(
        string="Joined",
        readonly=True,
        help="Contacts that were in the group or in one of its subgroups at the end of"
        " the day, and not the day before.",
    )
    leaves = fields.Integer(
        string="Left",
        readonly=True,
        help="Contacts that were in the group or in one of its subgroups the day"
        " before, and no longer at the end of the day.",
    )

    _group_date_uniq = models.Constraint(
        "UNIQUE (group_id, date)", "There is one row for each group and day."
    )

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """Sum up members over groups, but never over days: the last day counts."""
        name, _colon, function = aggregate_spec.partition(":")
        if name not in CLOSING or function != "sum":
            return super()._read_group_select(aggregate_spec, query)
        columns = (
            self._field_to_sql(self._table, column, query)
            for column in ("group_id", "date", name)
        )
        return SQL(
            """(SELECT sum(number)
                  FROM (SELECT DISTINCT ON (group_id) number
                          FROM unnest(array_agg(%s), array_agg(%s), array_agg(%s))
                               AS day (group_id, date, number)
                      ORDER BY group_id, date DESC) AS closing)""",
            *columns,
        )

    # ------------------------------------------------------------
    # FILL
    # ------------------------------------------------------------

    @api.model
    def _cron_fill(self):
        """Enter the days since the last run, and shorten what is old.

        An interrupted run goes on where it stopped.
        """
        self.env.flush_all()
        today = self._get_today()
        self._condense(today)
        pending = self._get_pending(today)
        commit = self.env["ir.cron"]._commit_progress
        time_left = commit(remaining=sum(map(len, pending.values())))
        for since, group_ids in pending.items():
            for ids in split_every(self._batch_size, group_ids, list):
                if not time_left:
                    return
                self._fill(ids, since, today)
                time_left = commit(len(ids))
        # What the statistics have seen may go.
        self.env["customer.group.membership"]._remove_old()
        self.env["customer.group.enrolment.trace"]._forget_addresses()

    @api.model
    def _get_tz(self):
        """Return the time zone in which the days of all groups end.

        It is one for all groups, as a parent group may have subgroups of several
        companies.

        :rtype: str
        """
        # sudo: whoever asks, it is the zone of the first company.
        company = self.env["res.company"].sudo().search([], order="id", limit=1)
        return company.partner_id.tz or "UTC"

    @api.model
    def _get_today(self):
        now = pytz.utc.localize(fields.Datetime.now())
        return now.astimezone(pytz.timezone(self._get_tz())).date()

    @api.model
    def _get_first_day(self, today):
        """Return the day from which on there is a row for each day.

        :param date today: the present day
        """
        return today.replace(day=1) - relativedelta(months=self._daily_months)

    @api.model
    def _get_pending(self, today):
        """Return the groups to compute, by the day from which on.

        :param date today: the present day
        :return: ids by day; those by ``None`` were never computed
        :rtype: dict
        """
        first_day = self._get_first_day(today)
        pending = defaultdict(list)
        for group_id, last in self.env.execute_query(
            SQL(
                """SELECT g.id, max(s.date)
                     FROM customer_group g
                LEFT JOIN customer_group_stat s ON s.group_id = g.id
                 GROUP BY g.id ORDER BY g.parent_path"""
            )
        ):
            # A month is not computed again: it may have lost its days.
            if last and last < first_day:
                last += relativedelta(days=1)
            pending[last].append(group_id)
        return pending

    @api.model
    def _fill(self, group_ids, since, today):
        """Compute the rows of groups from the ledger, in one statement.

        For each group and contact, the times in the subgroups become one: a later one
        begins where the ones before it end. Contacts that are archived now are left
        out, as lists do.

        :param list[int] group_ids: the groups
        :param date since: the first day; ``None`` to begin with their first members
        :param date today: the last day
        """
        # Compiling the query takes longer than it saves; sorting on disk as well.
        self.env.cr.execute(SQL("SET LOCAL jit = off"))
        self.env.cr.execute(SQL("SET LOCAL work_mem = '128MB'"))
        self.env.cr.execute(
            SQL(
                FILL,
                groups=group_ids,
                new=since is None,
                since=since or date.min,
                first_day=self._get_first_day(today),
                today=today,
                tz=self._get_tz(),
            )
        )
        self.env.cr.execute(SQL("SET LOCAL work_mem TO DEFAULT"))
        self.env.cr.execute(SQL("SET LOCAL jit TO DEFAULT"))
        self.invalidate_model()

    @api.model
    def _condense(self, today):
        """Make one row of each month that is kept no longer day by day.

        :param date today: the present day
        """
        self.env.cr.execute(
            SQL(
                """WITH month AS (
                       SELECT id, (date_trunc('month', date)
                                   + interval '1 month - 1 day')::date AS evening
                         FROM customer_group_stat WHERE date < %s),
                   day AS (
                       DELETE FROM customer_group_stat s USING month
                        WHERE s.id = month.id AND s.date < month.evening
                    RETURNING s.*, month.evening)
                   INSERT INTO customer_group_stat AS s
                          (group_id, date, members, direct_members, joins, leaves)
                   SELECT group_id, evening,
                          (array_agg(members ORDER BY date DESC))[1],
                          (array_agg(direct_members ORDER BY date DESC))[1],
                          sum(joins), sum(leaves)
                     FROM day GROUP BY group_id, evening
                       ON CONFLICT (group_id, date) DO UPDATE
                      SET joins = s.joins + EXCLUDED.joins,
                          leaves = s.leaves + EXCLUDED.leaves""",
                self._get_first_day(today),
            )
        )
        self.invalidate_model()

    # ------------------------------------------------------------
    # MERGE
    # ------------------------------------------------------------

    @api.model
    def _merge(self, sources, target):
        """Add the numbers of groups to those of the group they become a part of.

        What is below another of them is in its numbers already. Contacts that were in
        several count several times, until the day of the merge.

        :param sources: the groups that go
        :param target: the group that remains
        """
        apart = (sources + target)._get_topmost() - target
        self.env.cr.execute(
            SQL(
                """INSERT INTO customer_group_stat AS s
                          (group_id, date, members, direct_members, joins, leaves)
                   SELECT %(target)s, date,
                          COALESCE(sum(members) FILTER (WHERE apart), 0),
                          sum(direct_members),
                          COALESCE(sum(joins) FILTER (WHERE apart), 0),
                          COALESCE(sum(leaves) FILTER (WHERE apart), 0)
                     FROM (SELECT *, group_id = ANY(%(apart)s) AS apart
                             FROM customer_group_stat WHERE group_id IN %(sources)s)
                          AS source
                 GROUP BY date
                       ON CONFLICT (group_id, date) DO UPDATE
                      SET members = s.members + EXCLUDED.members,
                          direct_members = s.direct_members + EXCLUDED.direct_members,
                          joins = s.joins + EXCLUDED.joins,
                          leaves = s.leaves + EXCLUDED.leaves""",
                target=target.id,
                apart=apart.ids,
                sources=sources._ids,
            )
        )
        self.invalidate_model()
