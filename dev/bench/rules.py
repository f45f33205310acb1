"""What is measured of rules: full and incremental evaluation, saving a contact.

The rules look like those of people: countries, kind of contact, date, text, a group.
Everything is created in the transaction of the benchmark and rolled back at its end.
"""

from itertools import count, islice

from odoo.tools import SQL

from .case import Case
from .measure import recorded_queries, run_once
from .seed import FIRST_ID

#: How many rules there are, and what part of the members changes between two runs.
RULES, CHURN = 100, 0.01
#: Contacts that were saved since the last run of the queue.
CHANGED = 1000

# What a run has to do at least: find who matches, write those who changed.
WRITES = """
    WITH joined AS (
        INSERT INTO customer_group_res_partner_rel (partner_id, group_id)
        SELECT unnest(%(joining)s), %(group)s ON CONFLICT DO NOTHING RETURNING 1),
    began AS (
        INSERT INTO customer_group_membership
               (partner_id, group_id, date_start, start_operation_id, by_rule)
        SELECT unnest(%(joining)s), %(group)s, now(), %(operation)s, TRUE RETURNING 1),
    left_ AS (
        DELETE FROM customer_group_res_partner_rel
         WHERE group_id = %(group)s AND partner_id = ANY (%(leaving)s) RETURNING 1)
    UPDATE customer_group_membership
       SET date_end = now(), end_operation_id = %(operation)s
     WHERE group_id = %(group)s AND partner_id = ANY (%(leaving)s)
       AND date_end IS NULL
    RETURNING 1"""

# What a first run leaves, without its checks: members by rule.
FILL = """
    WITH pair AS (SELECT id AS partner_id, %s AS group_id FROM (%s) AS p),
    member AS (INSERT INTO customer_group_res_partner_rel (partner_id, group_id)
               SELECT * FROM pair ON CONFLICT DO NOTHING)
    INSERT INTO customer_group_membership
           (partner_id, group_id, date_start, start_operation_id, by_rule)
    SELECT *, now(), (SELECT max(id) FROM customer_group_operation), TRUE FROM pair"""


class RuleCases:
    """A part of ``Cases``."""

    def rules(self):
        """Measure rules last: what they create is there for no other case."""
        yield self.save_case("save of a contact, no rule")
        domains = self.domains()
        groups = self.create_rules(islice(domains, 1))
        yield from self.full_runs(groups)
        groups += self.create_rules(islice(domains, RULES - 1))
        yield from self.batches(groups)
        yield self.save_case("save of a contact, 100 rules, field of no rule", "ref")
        yield self.save_case("save of a contact, 100 rules, field of rules", "city")

    # The rules

    def create_rules(self, domains):
        """Create groups with rules, filled by rules, as after their first run."""
        first = self.env["customer.group"].search_count([])
        groups = self.env["customer.group"].create(
            [
                {"name": f"Rule {first + number}", "rule_domain": repr(domain)}
                for number, domain in enumerate(domains)
            ]
        )
        groups.flush_recordset()
        # Without the check that searches with each of them.
        self.env.cr.execute(
            "UPDATE customer_group SET use_rule = TRUE WHERE id = ANY (%s)",
            (groups.ids,),
        )
        groups.invalidate_recordset()
        self.env.registry.clear_cache()
        self.env.cr.execute("SET LOCAL session_replication_role = replica")
        for group in groups:
            self.env.cr.execute(SQL(FILL, group.id, group.sudo()._get_rule_query()))
            group.sudo()._store_run(state="done")
        self.env.cr.execute("SET LOCAL session_replication_role = DEFAULT")
        self.env.cr.execute("ANALYZE customer_group_membership")
        self.env.cr.execute("ANALYZE customer_group_res_partner_rel")
        return groups

    def domains(self):
        """Yield domains without end: a large one, then some of thousands of contacts.

        How long a full run takes depends little on how many match.
        """
        [[countries]] = self.query(
            """SELECT array_agg(country_id) FROM (
                  SELECT country_id FROM res_partner WHERE country_id IS NOT NULL
                GROUP BY 1 ORDER BY count(*) DESC LIMIT 12) AS frequent"""
        )
        medium, large = self.group["medium"], self.group["large"]
        yield [
            ("country_id", "in", countries[:3]),
            ("is_company", "=", True),
            ("create_date", ">=", "2023-06-01 00:00:00"),
        ]
        for i in count():
            country, other = countries[i % 12], countries[(i + 5) % 12]
            region = ("zip", "=like", f"{i % 10}%")
            yield [
                region,
                ("country_id", "in", [country, other]),
                ("is_company", "=", False),
                ("create_date", ">=", f"202{2 + i % 3}-01-01 00:00:00"),
                ("customer_group_ids", "not in", [medium]),
            ]
            yield [
                region,
                ("country_id", "in", [country, other]),
                ("email", "!=", False),
                "|",
                ("function", "=", False),
                ("phone", "=", False),
            ]
            yield [
                region,
                ("customer_group_id", "in", [large]),
                ("country_id", "in", countries[: 6 + i % 3]),
            ]
            yield [("parent_id.country_id", "=", country), ("city", "ilike", "elm")]

    # Full

    def full_runs(self, group):
        group = group.sudo()
        [[members]] = self.query(
            "SELECT count(*) FROM customer_group_membership WHERE group_id = %s",
            group.id,
        )
        churn = int(members * CHURN / 2)
        query = group._get_rule_query()
        stale = [
            id_
            for [id_] in self.query(
                """SELECT id FROM res_partner
                    WHERE NOT is_company AND active AND id > %s
                 ORDER BY id LIMIT %s""",
                FIRST_ID,
                churn,
            )
        ]
        self.env.cr.execute(SQL("%s LIMIT %s", query, churn))
        missing = [id_ for [id_] in self.env.cr.fetchall()]
        [[operation]] = self.query("SELECT max(id) FROM customer_group_operation")
        values = {
            "group": group.id,
            "operation": operation,
            "joining": missing,
            "leaving": stale,
        }

        def churned():
            """Let some be in who do not match, and leave out some who do."""
            opposite = values | {"joining": stale, "leaving": missing}
            self.env.cr.execute(WRITES, opposite)

        def bare():
            self.env.cr.execute(SQL("SELECT count(*) FROM (%s) AS p", query))
            self.env.cr.execute(WRITES, values)

        yield Case(
            f"rule: full run, {members:,} members, {2 * churn:,} changes",
            ours=group._run_rule,
            sql=bare,
            prepare=churned,
            undo=True,
        )
        yield Case(
            "  without changes (SQL: the query of its domain)",
            ours=group._run_rule,
            sql=lambda: self.env.cr.execute(
                SQL("SELECT count(*) FROM (%s) AS p", query)
            ),
            undo=True,
        )

    # Incremental

    def batches(self, groups):
        queue = self.env["customer.group.rule.queue"].sudo()
        ids = [
            id_
            for [id_] in self.query(
                """SELECT id FROM res_partner WHERE active AND id > %s
                 ORDER BY hashint8(id) LIMIT %s""",
                FIRST_ID,
                CHANGED,
            )
        ]

        def change():
            self.env.cr.execute(
                """UPDATE res_partner SET country_id = (
                      SELECT country_id FROM res_partner p WHERE p.id = 1 + (
                          SELECT min(id) FROM res_partner WHERE id > %s))
                    WHERE id = ANY (%s)""",
                (FIRST_ID, ids),
            )
            self.env.cr.execute("DELETE FROM customer_group_rule_queue")
            queue._enter(ids)

        def run_all():
            for group in self.env["customer.group"].sudo()._get_rule_order()[0]:
                group._run_rule(force=True)

        # The ratio is how many times longer it takes to evaluate everybody.
        yield Case(
            f"{len(groups)} rules: all (SQL: the queue, {CHANGED:,} contacts)",
            ours=run_all,
            sql=queue._run_batch,
            prepare=change,
            undo=True,
            once=("ours",),
        )
        yield Case(
            f"{len(groups)} rules: the queue, {CHANGED:,} contacts",
            ours=queue._run_batch,
            prepare=change,
            undo=True,
        )
        yield Case(
            f"{len(groups)} rules: the queue, one contact",
            ours=queue._run_batch,
            prepare=lambda: queue._enter(ids[:1]),
            undo=True,
        )

    # Saving

    def save_case(self, title, name="city"):
        [[partner_id]] = self.query(
            """SELECT id FROM res_partner WHERE active AND NOT is_company
                  AND parent_id IS NULL AND id > %s ORDER BY id LIMIT 1""",
            FIRST_ID,
        )
        partner = self.partners.browse(partner_id)

        def save():
            partner.write({name: "Basel"})

        run_once(self.env, save, undo=True)
        with recorded_queries(self.env) as queries:
            run_once(self.env, save, undo=True)
        ours = sum("customer_group" in query for query in queries)
        return Case(f"{title} ({ours} queries about groups)", ours=save, undo=True)
