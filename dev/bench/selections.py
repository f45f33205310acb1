"""What is measured of selections: list, numbers and snapshot of many contacts.

What is created for it is rolled back at the end of the benchmark.
"""

from odoo import Command

from .case import OURS, Case
from .measure import run_once


class SelectionCases:
    """A part of ``Cases``."""

    #: Names of sizes: in any of these, never in these.
    SELECTIONS = {
        "large": (("small", "medium", "large"), ("tiny", "second")),
        "huge": (("medium", "large", "huge"), ("small", "second")),
    }
    #: Members read first. "ANY" of so many would be searched for each contact.
    LISTED = """p.id IN (SELECT unnest(ARRAY(
                    SELECT partner_id FROM customer_group_res_partner_rel
                     WHERE group_id IN %s)))"""
    LEFT_OUT = """
        p.email_normalized IS NOT NULL
        AND NOT EXISTS (SELECT FROM mail_blacklist b
                         WHERE b.active AND b.email = p.email_normalized)
        AND NOT EXISTS (SELECT FROM customer_group_res_partner_rel x
                         WHERE x.partner_id = p.id AND x.group_id IN %s)"""
    #: Steps, as the form counts them.
    STEPS = """
        SELECT count(*), count(*) FILTER (WHERE step = 1),
               count(*) FILTER (WHERE step = 2), count(*) FILTER (WHERE step = 3)
          FROM (SELECT CASE WHEN EXISTS (SELECT FROM customer_group_res_partner_rel x
                                          WHERE x.partner_id = p.id
                                            AND x.group_id IN %s) THEN 1
                            WHEN EXISTS (SELECT FROM mail_blacklist b WHERE b.active
                                            AND b.email = p.email_normalized) THEN 2
                            WHEN p.email_normalized IS NULL THEN 3 ELSE 0 END AS step
                  FROM res_partner p WHERE p.active AND {}) AS contact"""
    DRAWN = 1000

    def selections(self):
        """Measure selections of three groups without two, for e-mail."""
        self.env.cr.execute(
            """INSERT INTO mail_blacklist (email, active)
               SELECT DISTINCT email_normalized, TRUE FROM res_partner
                WHERE id % 100 = 0 AND email_normalized IS NOT NULL"""
        )
        self.env.cr.execute("ANALYZE mail_blacklist")
        sizes = sorted(
            self.subtrees, key=lambda id_: abs(self.subtrees[id_] - 1e4 * self.scale)
        )
        self.group["second"] = next(
            id_ for id_ in sizes if id_ not in self.group.values()
        )
        for name in self.SELECTIONS:
            yield from self._cases(f"selection, {name}", name)
        rule = self._restrict()
        for name in self.SELECTIONS:
            title = f"selection, {name}, with a rule on contacts"
            yield from self._cases(
                title, name, "AND (p.user_id IS NULL OR p.color = 1)"
            )
        rule.sudo().unlink()

    def _restrict(self):
        """Show the user only contacts without a salesperson."""
        rule = (
            self.env["ir.rule"]
            .sudo()
            .create(
                {
                    "name": "Bench",
                    "model_id": self.env["ir.model"]._get_id("res.partner"),
                    "domain_force": "['|', ('user_id', '=', False), ('color', '=', 1)]",
                    "groups": [Command.link(self.env.ref("base.group_user").id)],
                }
            )
        )
        self.env.registry.clear_cache()
        return rule

    def _cases(self, title, name, rule=""):
        included, excluded = self.SELECTIONS[name]
        selection = self.env["customer.group.selection"].create(
            {
                "name": title,
                "for_email": True,
                "line_ids": [
                    Command.create({"mode": mode, "group_id": self.group[size]})
                    for mode, sizes in (("any", included), ("exclude", excluded))
                    for size in sizes
                ],
            }
        )
        selection.flush_recordset()
        ids, without = (
            tuple(id_ for size in sizes for id_ in self.ids_below(self.group[size]))
            for sizes in (included, excluded)
        )
        domain = selection._get_partner_domain()

        def best(query):
            """Return the faster one of the two forms of a query."""
            forms = [
                lambda form=form: query(form) for form in (self.LISTED, self.EXISTS)
            ]
            return min(forms, key=lambda form: run_once(self.env, form))

        def bare(query):
            return best(
                lambda form: query(f"{form} AND {self.LEFT_OUT} {rule}", ids, without)
            )

        page, count = bare(self.bare_page), bare(self.bare_count)
        yield Case(
            f"page of a {title}",
            ours=lambda: self.partners.search_fetch(
                domain, self.COLUMNS, limit=self.PAGE
            ),
            sql=page,
        )
        yield Case(
            "  page and count, selection",
            ours=lambda: (
                self.partners.search_fetch(domain, self.COLUMNS, limit=self.PAGE),
                self.partners.search_count(domain),
            ),
            sql=lambda: (page(), count()),
        )
        yield Case(
            "  as a screen, with count, selection",
            ours=lambda: self.screen(lambda _side: domain)(OURS),
        )
        yield Case(
            "  count, selection",
            ours=lambda: self.partners.search_count(domain),
            sql=count,
        )
        yield Case(
            "  steps on the form, selection",
            ours=lambda: selection.waterfall,
            sql=best(
                lambda form: self.query(
                    self.STEPS.format(f"{form} {rule}"), without, ids
                )
            ),
        )
        yield Case(
            "  freeze, selection",
            ours=lambda: selection._freeze("freeze", selection._get_domain()),
            undo=True,
        )
        yield from self._sample_cases(selection, rule, ids, without, best)

    def _sample_cases(self, selection, rule, ids, without, best):
        sample = selection.copy({"cap_mode": "random", "cap_count": self.DRAWN})
        sample.flush_recordset()
        domain = sample._get_partner_domain()

        def bare(query):
            return best(
                lambda form: query(
                    f"""p.id IN (SELECT p.id FROM res_partner p WHERE p.active
                           AND {form} AND {self.LEFT_OUT} {rule}
                      ORDER BY md5(p.id || '/' || %s), p.id LIMIT %s)""",
                    ids,
                    without,
                    sample.seed,
                    self.DRAWN,
                )
            )

        yield Case(
            f"  page of a sample of {self.DRAWN:,}, selection",
            ours=lambda: self.partners.search_fetch(
                domain, self.COLUMNS, limit=self.PAGE
            ),
            sql=bare(self.bare_page),
        )
