"""What is measured of reports: comparing groups, growth, the daily statistics."""

from .case import Case

# The same numbers with bare SQL, without anybody's rights: archived contacts left out.
OVERLAP = """
    WITH member AS MATERIALIZED (
        SELECT group_id, partner_id FROM customer_group_res_partner_rel
         WHERE group_id = ANY (%(groups)s)
           AND partner_id NOT IN (SELECT id FROM res_partner WHERE NOT active))
    SELECT one.group_id, other.group_id, count(*)
      FROM member one
      JOIN member other ON other.partner_id = one.partner_id
       AND other.group_id >= one.group_id
  GROUP BY 1, 2"""
MOVEMENT = """
    WITH state AS MATERIALIZED (
        SELECT group_id, partner_id,
               bool_or(date_start < %(start)s
                       AND (date_end IS NULL OR date_end >= %(start)s)) AS was,
               bool_or(date_end IS NULL OR date_end >= %(end)s) AS stays
          FROM customer_group_membership
         WHERE group_id = ANY (%(groups)s) AND date_start < %(end)s
           AND (date_end IS NULL OR date_end >= %(start)s)
      GROUP BY 1, 2)
    SELECT origin.group_id, target.group_id, count(*)
      FROM (SELECT * FROM state WHERE was AND NOT stays) AS origin
 FULL JOIN (SELECT * FROM state WHERE stays AND NOT was) AS target USING (partner_id)
  GROUP BY 1, 2
     UNION ALL
    SELECT group_id, group_id, count(*) FROM state WHERE was AND stays GROUP BY 1"""
SOURCES = """
    SELECT date_trunc('month', date_start), source, count(*)
      FROM customer_group_membership m
      JOIN customer_group_operation o ON o.id = m.start_operation_id
     WHERE date_start >= %(start)s AND partner_id NOT IN (
           SELECT id FROM res_partner
            WHERE company_id IS NOT NULL AND partner_share)
  GROUP BY 1, 2"""
GROWTH = """
    SELECT DISTINCT ON (group_id, date_trunc('month', date)) group_id, date, members
      FROM customer_group_stat WHERE date >= %(start)s AND members >= 5
  ORDER BY group_id, date_trunc('month', date), date DESC"""


class ReportCases:
    """A part of ``Cases``."""

    def reports(self):
        groups = self.env["customer.group"]
        stats = self.env["customer.group.stat"]
        memberships = self.env["customer.group.membership"]
        largest, _found = groups._get_compared(None, None, False)
        period = "2026-05-01", "2026-07-31"
        values = {
            "groups": largest.ids,
            "start": "2026-05-01",
            "end": "2026-08-01",
        }
        year = [("date", ">=", "2026-01-01")]
        yield Case(
            f"report: overlap of the {len(largest)} largest groups",
            ours=lambda: groups.get_overlap(),
            sql=lambda: self.named(OVERLAP, values),
        )
        yield Case(
            "report: the same with subgroups",
            ours=lambda: groups.get_overlap(include_subgroups=True),
        )
        yield Case(
            f"report: movement between the {len(largest)} largest groups",
            ours=lambda: groups.get_movement(*period),
            sql=lambda: self.named(MOVEMENT, values),
        )
        yield Case(
            "report: how contacts joined, by month",
            ours=lambda: memberships.formatted_read_group(
                [("date_start", ">=", "2026-01-01")],
                ["date_start:month", "source"],
                ["__count"],
            ),
            sql=lambda: self.named(SOURCES, {"start": "2026-01-01"}),
        )
        today = stats._get_today()
        # sudo: as the job, which counts the members of all companies.
        job = stats.sudo()
        everything = job.env[groups._name].search([("active", "in", [True, False])]).ids
        job._fill(everything, None, today)
        self.env.cr.execute("ANALYZE customer_group_stat")
        [[rows]] = self.query("SELECT count(*) FROM customer_group_stat")
        yield Case(
            f"report: growth of all groups by month, {rows:,} rows",
            ours=lambda: stats.formatted_read_group(
                year, ["date:month", "group_id"], ["members:sum"]
            ),
            sql=lambda: self.named(GROWTH, {"start": "2026-01-01"}),
        )
        yield Case(
            "report: growth of main groups by month",
            ours=lambda: stats.formatted_read_group(
                [*year, ("group_id.parent_id", "=", False)],
                ["date:month", "group_id"],
                ["members:sum"],
            ),
        )
        yield Case(
            "daily statistics of all groups",
            ours=lambda: job._fill(everything, today, today),
            sql=lambda: self.query(self.MEMBER_COUNTS),
            undo=True,
        )
        yield Case(
            "daily statistics: the whole past",
            ours=lambda: job._fill(everything, None, today),
            undo=True,
            once=("ours",),
        )

    def named(self, query, values):
        self.env.cr.execute(query, values)
        return self.env.cr.fetchall()
