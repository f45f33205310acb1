# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, split_every


class CustomerGroupCount(models.Model):
    """How many members each group of a large database had when it was last counted.

    A cache that only the scheduled recount writes. It has a table of its own, so that
    neither saving a contact nor saving a group ever waits for it.
    """

    _name = "customer.group.count"
    _description = "Members of a Customer Group"
    _rec_name = "group_id"
    _log_access = False

    #: Up to so many memberships, lists count for themselves and nothing is stored.
    _live_limit = 100_000
    #: How long a change may take from its beginning to its commit to be noticed at
    #: once. A later one is noticed by the daily recount.
    _margin = timedelta(minutes=10)
    #: Groups counted in one transaction.
    _batch_size = 500

    # Without group: it was deleted after it was counted; those above are recounted.
    group_id = fields.Many2one("customer.group", readonly=True, ondelete="set null")
    # What decides together with the memberships who is counted where.
    path = fields.Char(required=True, readonly=True)
    group_active = fields.Boolean(readonly=True)
    direct_members = fields.Integer(readonly=True)
    members = fields.Integer(readonly=True)
    date = fields.Datetime(string="Counted On", required=True, readonly=True)

    _group_uniq = models.UniqueIndex("(group_id)")

    @api.model
    def _get_counts(self, group_ids):
        """Return what was counted.

        :param group_ids: ids of groups; their rules are the caller's business
        :return: rows (group id, direct members, members with subgroups, date)
        """
        return self.env.execute_query(
            SQL(
                """SELECT group_id, direct_members, members, date
                     FROM customer_group_count
                    WHERE group_id = ANY(%s)""",
                list(group_ids),
            )
        )

    @api.model
    def _is_large(self):
        """Return whether there are too many memberships to count them for each list."""
        [[large]] = self.env.execute_query(
            SQL(
                """SELECT reltuples > %s FROM pg_class
                    WHERE oid = 'customer_group_res_partner_rel'::regclass""",
                self._live_limit,
            )
        )
        return large

    # ------------------------------------------------------------
    # RECOUNT
    # ------------------------------------------------------------

    @api.model
    def _cron_recount(self):
        """Count again where members or subgroups changed; once a day all groups.

        Archiving and deleting contacts leaves no trace that is cheap to find; the first
        run of a day puts that right. An interrupted run goes on where it stopped.
        """
        self.env.flush_all()
        if not self._is_large():
            return
        now = fields.Datetime.now()
        pending = self._get_pending(now.replace(hour=0, minute=0, second=0))
        commit = self.env["ir.cron"]._commit_progress
        time_left = commit(remaining=len(pending))
        for ids in split_every(self._batch_size, pending, list):
            if not time_left:
                return
            self._recount(ids, now)
            time_left = commit(len(ids))
        self.env.cr.execute(
            SQL("DELETE FROM customer_group_count WHERE group_id IS NULL")
        )
        self.env.cr.execute(
            SQL("UPDATE customer_group_count SET date = %s WHERE date < %s", now, now)
        )
        self.invalidate_model()

    @api.model
    def _get_pending(self, since):
        """Return the ids of the groups whose count may be wrong.

        :param datetime since: groups that were counted before are counted in any case
        """
        counted = dict(
            self.env.execute_query(
                SQL("SELECT group_id, date FROM customer_group_count")
            )
        )
        changed = {}
        oldest = min(counted.values(), default=since) - self._margin
        for path, date in self._get_changed_paths(oldest):
            for id_ in map(int, path.split("/")[:-1]):
                changed[id_] = max(date, changed.get(id_, date))
        groups = self.env.execute_query(
            SQL("SELECT id FROM customer_group ORDER BY parent_path")
        )
        return [
            id_
            for [id_] in groups
            if id_ not in counted
            or counted[id_] < since
            or (id_ in changed and counted[id_] - self._margin <= changed[id_])
        ]

    @api.model
    def _get_changed_paths(self, since):
        """Return where something changed, and when, as rows (path, date).

        :param datetime since: how far to look back for joining and leaving; groups that
            were created, moved, archived or deleted are found at any time
        """
        return self.env.execute_query(
            SQL(
                """SELECT g.parent_path, max(o.date)
                     FROM customer_group_operation o
                     JOIN customer_group_membership m ON m.start_operation_id = o.id
                     JOIN customer_group g ON g.id = m.group_id
                    WHERE o.date >= %(since)s
                 GROUP BY g.id
                UNION ALL
                   SELECT g.parent_path, max(o.date)
                     FROM customer_group_operation o
                     JOIN customer_group_membership m ON m.end_operation_id = o.id
                     JOIN customer_group g ON g.id = m.group_id
                    WHERE o.date >= %(since)s
                 GROUP BY g.id
                UNION ALL
                   SELECT place.path, 'infinity'
                     FROM customer_group_count c
                FULL JOIN customer_group g ON g.id = c.group_id
               CROSS JOIN unnest(ARRAY[c.path, g.parent_path]) AS place (path)
                    WHERE place.path IS NOT NULL
                      AND (c.path, c.group_active)
                          IS DISTINCT FROM (g.parent_path, g.active)
                """,
                since=since,
            )
        )

    @api.model
    def _recount(self, group_ids, date):
        """Count the active members of groups, of all companies, and store the numbers.

        :param list[int] group_ids: the groups
        :param datetime date: as of when the numbers are right
        """
        # Compiling the query takes longer than it saves; sorting on disk as well.
        self.env.cr.execute(SQL("SET LOCAL jit = off"))
        self.env.cr.execute(SQL("SET LOCAL work_mem = '64MB'"))
        self.env.cr.execute(
            SQL(
                """WITH archived AS MATERIALIZED (
                       SELECT id FROM res_partner WHERE active IS NOT TRUE)
                   INSERT INTO customer_group_count
                          (group_id, path, group_active, direct_members, members, date)
                   SELECT g.id, g.parent_path, g.active, counts.*, %s
                     FROM customer_group g
               CROSS JOIN LATERAL (
                       SELECT count(*) FILTER (WHERE r.group_id = g.id),
                              count(DISTINCT r.partner_id)
                         FROM customer_group s
                         JOIN customer_group_res_partner_rel r ON r.group_id = s.id
                        WHERE s.parent_path ^@ g.parent_path
                          AND (s.active OR NOT g.active)
                          AND r.partner_id NOT IN (SELECT id FROM archived)) counts
                    WHERE g.id = ANY(%s)
              ON CONFLICT (group_id) DO UPDATE
                      SET path = EXCLUDED.path,
                          group_active = EXCLUDED.group_active,
                          direct_members = EXCLUDED.direct_members,
                          members = EXCLUDED.members,
                          date = EXCLUDED.date""",
                date,
                group_ids,
            )
        )
        self.env.cr.execute(SQL("SET LOCAL work_mem TO DEFAULT"))
        self.env.cr.execute(SQL("SET LOCAL jit TO DEFAULT"))
