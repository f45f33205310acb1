"""What is measured: one list of cases, each for our groups, Odoo's tags and bare SQL.

To add an operation, write a method of ``Cases`` and name it in ``Cases.all``.
"""

from datetime import datetime

from odoo import Command
from odoo.tools import SQL

from odoo.addons.customer_group.models.customer_group_operation import Change

from .bulk import BulkCases
from .case import OURS, TAGS, Case
from .measure import recorded_queries, run_once
from .reports import ReportCases
from .rules import RuleCases
from .seed import FIRST_ID, u
from .selections import SelectionCases


class Cases(BulkCases, ReportCases, RuleCases, SelectionCases):
    #: The groups whose subtree comes closest to these numbers of contacts.
    SIZES = {"tiny": 250, "small": 2003, "medium": 20006, "large": 1e5, "huge": 5.5e5}
    #: Columns of the list of contacts; the groups come in addition.
    COLUMNS = ("complete_name", "email", "phone", "city")
    PAGE = 80
    SAMPLE = 150

    def __init__(self, env, scale):
        self.env, self.scale = env, scale
        self.partners = env["res.partner"]
        self.subtrees = self._get_subtrees()
        self.group = {
            name: min(
                self.subtrees,
                key=lambda id_, size=size: abs(self.subtrees[id_] - size * scale),
            )
            for name, size in self.SIZES.items()
        }
        # Another sample than the one that thresholds were chosen with.
        self.sample = sorted(self.subtrees, key=lambda id_: u(id_, 99))[: self.SAMPLE]

    def all(self):
        """Yield all cases, in the order of the table, with what they need."""
        yield from self.lists()
        yield from self.combinations()
        yield from self.overviews()
        yield from self.groups()
        yield from self.changes()
        yield from self.bulk()
        yield from self.selections()
        yield from self.reports()
        yield from self.rules()

    # What the cases need to know of the data

    def query(self, query, *args):
        self.env.cr.execute(query, args)
        return self.env.cr.fetchall()

    def _get_subtrees(self):
        """Return the number of contacts in the subtree of each group with a tag.

        Demo data, which an update may have loaded anew, have none.
        """
        return dict(
            self.query(
                """SELECT g.id, (SELECT count(DISTINCT r.partner_id)
                     FROM customer_group d
                     JOIN customer_group_res_partner_rel r ON r.group_id = d.id
                    WHERE d.parent_path LIKE g.parent_path || '%%' AND d.active)
                     FROM customer_group g
                     JOIN res_partner_category c ON c.id = g.id AND c.id > %s
                    WHERE g.active""",
                FIRST_ID,
            )
        )

    def ids_below(self, group_id):
        [[ids]] = self.query(
            """SELECT array_agg(d.id) FROM customer_group g JOIN customer_group d
                   ON d.parent_path LIKE g.parent_path || '%%' AND d.active
                WHERE g.id = %s""",
            group_id,
        )
        return tuple(ids)

    # Lists of contacts

    def specification(self, side):
        chips = {"fields": {"display_name": {}, "color": {}}}
        if side is OURS:
            chips["context"] = {"hierarchical_naming": False}
        return dict.fromkeys(self.COLUMNS, {}) | {side.field: chips}

    def page(self, domain):
        return lambda side: self.partners.search_fetch(
            domain(side), self.COLUMNS, limit=self.PAGE
        )

    def screen(self, domain):
        return lambda side: self.partners.web_search_read(
            domain(side), self.specification(side), limit=self.PAGE, count_limit=10001
        )

    def bare_page(self, condition, *args):
        columns = ", ".join(self.COLUMNS)
        return self.query(
            f"""SELECT p.id, {columns} FROM res_partner p WHERE p.active AND {condition}
              ORDER BY complete_name, p.id DESC LIMIT {self.PAGE}""",
            *args,
        )

    ANY = """p.id = ANY (ARRAY(SELECT partner_id FROM customer_group_res_partner_rel
                                WHERE group_id IN %s))"""
    EXISTS = """EXISTS (SELECT FROM customer_group_res_partner_rel r
                         WHERE r.partner_id = p.id AND r.group_id IN %s)"""

    def bare_count(self, condition, *args):
        return self.query(
            f"SELECT count(*) FROM res_partner p WHERE p.active AND {condition}", *args
        )

    def bare(self, query, condition, group_id):
        ids = self.ids_below(group_id)
        return lambda: query(condition, ids)

    def best_bare(self, group_id):
        """Return the faster one of the two forms of the page."""
        forms = [
            self.bare(self.bare_page, form, group_id)
            for form in (self.ANY, self.EXISTS)
        ]
        return min(forms, key=lambda form: run_once(self.env, form))

    def lists(self):
        for name, id_ in self.group.items():
            size = f"{name}, {self.subtrees[id_]:,} contacts"
            below = lambda side, id_=id_: side.below(id_)  # noqa: E731
            yield Case(
                f"page of a group ({size})", self.page(below), sql=self.best_bare(id_)
            )
            yield Case(f"  as a screen, with count ({name})", self.screen(below))
            yield Case(
                f"  count ({name})",
                lambda side, below=below: self.partners.search_count(below(side)),
                sql=self.bare(self.bare_count, self.ANY, id_),
            )
        yield Case(
            "screen of all contacts",
            self.screen(lambda side: []),
            sql=lambda: self.bare_page("TRUE"),
        )
        yield Case(
            "screen of contacts in no group",
            self.screen(lambda side: [(side.field, "=", False)]),
            sql=lambda: self.bare_page(
                """NOT EXISTS (SELECT FROM customer_group_res_partner_rel r
                    JOIN customer_group g ON g.id = r.group_id AND g.active
                   WHERE r.partner_id = p.id)"""
            ),
        )

    def combinations(self):
        """Groups combined with each other, as the custom filter builds them."""
        small, medium, large, huge = (
            self.group[name] for name in ("small", "medium", "large", "huge")
        )
        for title, domain in {
            "not in small": lambda s: ["!", *s.below(small)],
            "not in medium": lambda s: ["!", *s.below(medium)],
            "not in huge": lambda s: ["!", *s.below(huge)],
            "small or medium": lambda s: ["|", *s.below(small), *s.below(medium)],
            "medium or large": lambda s: ["|", *s.below(medium), *s.below(large)],
            "medium and huge, not large": lambda s: [
                *s.below(medium),
                *s.below(huge),
                "!",
                *s.below(large),
            ],
            "medium or name": lambda s: [
                "|",
                ("name", "ilike", "alder maple"),
                *s.below(medium),
            ],
        }.items():
            yield Case(f"screen: {title}", self.screen(domain))
            yield Case(
                f"  count: {title}",
                lambda side, domain=domain: self.partners.search_count(domain(side)),
            )

    def overviews(self):
        panel = {"expand": True, "limit": None}
        yield Case(
            "group by, 80 groups",
            lambda side: self.partners.web_read_group(
                [], [side.field], ["__count"], limit=80
            ),
            sql=lambda: self.query(
                """SELECT r.group_id, count(*) FROM customer_group_res_partner_rel r
                     JOIN res_partner p ON p.id = r.partner_id AND p.active
                 GROUP BY 1 LIMIT 80"""
            ),
        )
        medium = self.group["medium"]
        yield Case(
            "group by in a medium group",
            lambda side: self.partners.web_read_group(
                side.below(medium), [side.field], ["__count"], limit=80
            ),
        )
        yield Case(
            "search panel",
            ours=lambda: self.partners.search_panel_select_range(
                "customer_group_id", hierarchize=True, **panel
            ),
            tags=lambda: self.partners.search_panel_select_multi_range(
                "category_id", enable_counters=False, **panel
            ),
            sql=lambda: self.query("SELECT id, name, parent_id FROM customer_group"),
        )
        large = self.group["large"]
        yield Case(
            f"export of {self.subtrees[large]:,} contacts with groups",
            lambda side: self.partners.search(side.below(large)).export_data(
                [*self.COLUMNS, side.field]
            ),
        )

    # Groups

    def groups(self):
        for text in ("abc", "a", "1999"):
            yield Case(
                f"name_search “{text}”",
                lambda side, text=text: self.env[side.model].name_search(text, limit=8),
                sql=lambda text=text: self.query(
                    """SELECT id, name FROM customer_group WHERE active
                          AND name->>'en_US' ILIKE %s LIMIT 8""",
                    f"%{text}%",
                ),
            )
        yield from self.counts()
        groups = self.env["customer.group"]
        fields = dict.fromkeys(("complete_name", "member_count"), {})
        first = groups.search([], limit=80).ids
        yield Case(
            "list of 80 groups, counted live",
            ours=lambda: groups.web_search_read([], fields, limit=80),
            tags=lambda: [self.partners.search_count(TAGS.below(id_)) for id_ in first],
            sql=lambda: self.query(
                f"{self.MEMBER_COUNTS} AND g.id IN %s", tuple(first)
            ),
        )
        yield Case(
            "list of all groups, counted live",
            ours=lambda: groups.web_search_read([], fields),
            sql=lambda: self.query(self.MEMBER_COUNTS),
        )
        yield Case(
            "move of a subtree",
            lambda side: self._move(self.env[side.model]),
            undo=True,
        )

    def counts(self):
        """What was counted for lists, and the counting."""
        groups, counts = self.env["customer.group"], self.env["customer.group.count"]
        counts._cron_recount()
        fields = dict.fromkeys(("complete_name", "cached_member_count"), {})
        for title, limit in (("80", 80), ("all", None)):
            yield Case(
                f"list of {title} groups",
                ours=lambda limit=limit: groups.web_search_read(
                    [], {"complete_name": {}}, limit=limit
                ),
            )
            yield Case(
                "  with members",
                ours=lambda limit=limit: groups.web_search_read(
                    [], fields, limit=limit
                ),
                sql=lambda limit=limit: self.query(
                    """SELECT name, members FROM customer_group g
                         JOIN customer_group_count c ON c.group_id = g.id
                        WHERE g.active ORDER BY sort_key LIMIT %s""",
                    limit,
                ),
            )
        yield Case(
            "empty groups",
            ours=lambda: groups.search([("cached_member_count", "=", 0)]),
        )
        everything = counts._get_pending(datetime.max)
        yield Case(
            "recount of all groups",
            ours=lambda: counts._recount(everything, datetime.now()),
            sql=lambda: self.query(self.MEMBER_COUNTS),
            undo=True,
        )
        change, small = Change("add", "bulk"), self.group["small"]
        pairs = SQL(
            """SELECT id AS partner_id, %(small)s AS group_id FROM res_partner p
                WHERE active AND id > %(first)s AND NOT EXISTS (
                      SELECT FROM customer_group_res_partner_rel r
                       WHERE r.partner_id = p.id AND r.group_id = %(small)s)
             ORDER BY id LIMIT 1000""",
            small=small,
            first=FIRST_ID,
        )
        today = datetime.now().replace(hour=0, minute=0)

        def recount():
            groups._change_members(pairs, None, change)
            counts._recount(counts._get_pending(today), datetime.now())

        yield Case(
            "add 1,000 contacts",
            ours=lambda: groups._change_members(pairs, None, change),
            undo=True,
        )
        yield Case("  and recount", ours=recount, undo=True)

    MEMBER_COUNTS = """
        SELECT g.id, (SELECT count(DISTINCT r.partner_id)
                        FROM customer_group d
                        JOIN customer_group_res_partner_rel r ON r.group_id = d.id
                       WHERE d.parent_path ^@ g.parent_path AND d.active)
          FROM customer_group g WHERE g.active"""

    def _move(self, model):
        """Put the subtree of about 500 groups below another main group."""
        [[moved], [target]] = self.query(
            """SELECT g.id FROM customer_group g WHERE g.parent_id IS NULL
             ORDER BY abs(500 - (SELECT count(*) FROM customer_group d
                 WHERE d.parent_path LIKE g.parent_path || '%%')), id LIMIT 2"""
        )
        model.browse(moved).parent_id = target

    # Changes of contacts

    def changes(self):
        [[partner_id, group_id]] = self.query(
            """SELECT p.id, %s FROM res_partner p WHERE p.active AND NOT is_company
                  AND parent_id IS NULL AND id > %s AND NOT EXISTS (
                      SELECT FROM customer_group_res_partner_rel r
                       WHERE r.partner_id = p.id)
             ORDER BY id LIMIT 1""",
            self.group["huge"],
            FIRST_ID,
        )
        partner = self.partners.browse(partner_id)
        values = {"name": "Renamed", "city": "Basel", "phone": "+41 61 000 00 00"}

        def save():
            partner.write(values)

        with recorded_queries(self.env) as queries:
            run_once(self.env, save, undo=True)
        ours = sum("customer_group" in query for query in queries)
        yield Case(
            f"save of a contact ({ours} queries about groups)", ours=save, undo=True
        )
        yield Case(
            "add a contact to a large group",
            lambda side: partner.write({side.field: [Command.link(group_id)]}),
            sql=lambda: self.query(
                """INSERT INTO customer_group_res_partner_rel (partner_id, group_id)
                   VALUES (%s, %s) RETURNING 1""",
                partner_id,
                group_id,
            ),
            undo=True,
        )
