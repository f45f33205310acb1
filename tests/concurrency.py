# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Users and programs that change the same groups at the same moment.

Used by ``test_concurrency.py`` for seconds, by ``make stress`` for as long as wanted.
"""

from collections import Counter
from contextlib import suppress
from random import Random

import requests

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, execute_cr

CONTACTS, GROUPS = 8, 3
CITY = "Stress"
PROBLEMS = {
    "members without an open row": """
        SELECT partner_id, group_id FROM customer_group_res_partner_rel
        EXCEPT SELECT partner_id, group_id FROM customer_group_membership
                WHERE date_end IS NULL""",
    "open rows without a member": """
        SELECT partner_id, group_id FROM customer_group_membership
         WHERE date_end IS NULL
        EXCEPT SELECT partner_id, group_id FROM customer_group_res_partner_rel""",
    "rows that end before they start": """
        SELECT id FROM customer_group_membership WHERE date_end < date_start""",
    "rows of a pair that overlap": """
        SELECT id FROM (
            SELECT id, date_start, lag(COALESCE(date_end, 'infinity')) OVER (
                       PARTITION BY partner_id, group_id
                           ORDER BY date_start, COALESCE(date_end, 'infinity'), id
                   ) AS before
              FROM customer_group_membership) AS membership
         WHERE before > date_start""",
    "operations with wrong numbers": """
        SELECT o.id, o.kind, o.added, s.rows, o.removed, e.rows
          FROM customer_group_operation o
          LEFT JOIN (SELECT start_operation_id AS id, count(*) AS rows
                       FROM customer_group_membership GROUP BY 1) s ON s.id = o.id
          LEFT JOIN (SELECT end_operation_id AS id, count(*) AS rows
                       FROM customer_group_membership GROUP BY 1) e ON e.id = o.id
         WHERE o.id > %(first)s AND o.kind != 'merge'
           AND (o.added != COALESCE(s.rows, 0) OR o.removed != COALESCE(e.rows, 0))""",
}
# Where people decided nothing, or are members by rule, the rule is right.
RULE_PROBLEMS = {
    "members that are kept out": """
        SELECT m.partner_id, m.group_id
          FROM customer_group_membership m
          JOIN customer_group_exclusion e USING (partner_id, group_id)
         WHERE m.date_end IS NULL AND e.end_operation_id IS NULL""",
    "members and others that the rule on a field is wrong about": """
        SELECT p.id, p.city, m.by_rule
          FROM res_partner p
          LEFT JOIN customer_group_membership m
            ON m.partner_id = p.id AND m.group_id = (%(rules)s)[1]
           AND m.date_end IS NULL
         WHERE p.id = ANY (%(contacts)s)
           AND CASE WHEN m.id IS NULL
                    THEN p.city = %(city)s AND NOT EXISTS (
                         SELECT FROM customer_group_exclusion e
                          WHERE e.partner_id = p.id AND e.group_id = (%(rules)s)[1]
                            AND e.end_operation_id IS NULL)
                    ELSE m.by_rule AND p.city != %(city)s END""",
    "members by the rule on a group that differ from that group": """
        (SELECT partner_id FROM customer_group_res_partner_rel
          WHERE group_id = (%(rules)s)[2]
         EXCEPT SELECT partner_id FROM customer_group_res_partner_rel
                 WHERE group_id = (%(groups)s)[1])
        UNION ALL
        (SELECT partner_id FROM customer_group_res_partner_rel
          WHERE group_id = (%(groups)s)[1]
         EXCEPT SELECT partner_id FROM customer_group_res_partner_rel
                 WHERE group_id = (%(rules)s)[2]
         EXCEPT SELECT partner_id FROM customer_group_exclusion
                 WHERE group_id = (%(rules)s)[2] AND end_operation_id IS NULL)""",
}


def find_problems(cr, first=0):
    """Return the rows of the ledger that should not be, by what is wrong with them.

    :param int first: look at the numbers of operations with a higher id only; groups
        that are deleted take their rows of the ledger with them
    """
    return find_rows(cr, PROBLEMS, {"first": first})


def find_rows(cr, problems, values):
    found = {}
    for name, query in problems.items():
        cr.execute(query, values)
        if rows := cr.fetchall():
            found[name] = rows
    return found


class Scene:
    """Contacts and groups in the database that several workers change."""

    def __init__(self, contacts, groups, first, rules=()):
        self.contacts, self.groups, self.first = contacts, groups, first
        self.rules = rules

    @classmethod
    def build(cls, env):
        env = env(context={"tracking_disable": True, "mail_create_nolog": True})
        contacts = [{"name": f"Stress {i}"} for i in range(CONTACTS)]
        groups = [{"name": f"Stress {i}"} for i in range(GROUPS)]
        return cls(
            env["res.partner"].create(contacts).ids,
            env["customer.group"].create(groups).ids,
            env["customer.group.operation"].search([], limit=1).id or 0,
        )

    def remove(self, env):
        env["res.partner"].browse(self.contacts).unlink()
        env["customer.group"].browse([*self.rules, *self.groups]).unlink()
        wizards = env["customer.group.assign"].search(
            [("operation_id", ">", self.first)]
        )
        wizards.unlink()
        env["customer.group.operation"].search([("id", ">", self.first)]).unlink()

    def add_rules(self, env):
        """Add groups that rules fill: by a field, and by one of the other groups."""
        env["res.partner"].browse(self.contacts).write({"city": CITY})
        by_field = [("id", "in", self.contacts), ("city", "=", CITY)]
        by_group = [("customer_group_ids", "in", self.groups[:1])]
        groups = env["customer.group"].create(
            [
                {
                    "name": f"Stress rule {number}",
                    "use_rule": True,
                    "rule_domain": repr(domain),
                }
                for number, domain in enumerate((by_field, by_group))
            ]
        )
        self.rules = groups.ids
        return self.rules

    def evaluate(self, env):
        """Do what the jobs do: all contacts, then those in the queue."""
        runs = env["customer.group.rule.run"]
        for group in env["customer.group"].browse(self.rules):
            runs._retry(group._run_rule)
        env["customer.group.rule.queue"]._cron_run()

    def find_rule_problems(self, cr):
        """Return what should not be after an evaluation, by what is wrong with it."""
        return find_rows(cr, RULE_PROBLEMS, vars(self) | {"city": CITY})

    def get_owner(self, pair):
        """Return the number of the worker who alone changes a pair; 0 is shared."""
        partner_id, group_id = map(list.index, (self.contacts, self.groups), pair)
        return 0 if partner_id % 4 == 0 else (partner_id + group_id) % 3

    def get_pairs(self, number):
        """Return the pairs that a worker may change."""
        pairs = [(p, g) for p in self.contacts for g in self.groups]
        return [pair for pair in pairs if self.get_owner(pair) in (0, number)]

    def get_members(self, cr):
        cr.execute(
            """SELECT partner_id, group_id FROM customer_group_res_partner_rel
                WHERE group_id = ANY(%s)""",
            [self.groups],
        )
        return set(cr.fetchall())


class Direct:
    """Calls in this process, with Odoo's own repetition of what collides.

    Odoo gives up after five goes, and a user presses the button once more.
    """

    #: How often the button is pressed at most.
    _presses = 10

    def __init__(self, registry, uid):
        self.registry, self.uid = registry, uid

    def __call__(self, model, method, ids=None, **values):
        args = [] if ids is None else [ids]
        if method == "create":
            args = [values.pop("vals_list")]
        for _press in range(self._presses - 1):
            with suppress(*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
                return self.press(model, method, args, values)
        return self.press(model, method, args, values)

    def press(self, model, method, args, values):
        with self.registry.cursor() as cr:
            return execute_cr(cr, self.uid, model, method, args, dict(values))


class Json2:
    """Calls of a program over HTTP."""

    def __init__(self, url, database, key):
        self.url = url
        self.headers = {"Authorization": f"bearer {key}", "X-Odoo-Database": database}

    def __call__(self, model, method, ids=None, **values):
        response = requests.post(
            f"{self.url}/json/2/{model}/{method}",
            json=values if ids is None else values | {"ids": ids},
            headers=self.headers,
            timeout=300,
        )
        answer = response.json()
        if response.ok:
            return answer
        if answer["name"].startswith("odoo.exceptions."):
            raise UserError(answer["message"])
        raise RuntimeError(answer["message"])


class Web:
    """Calls as the browser makes them."""

    def __init__(self, url, database, login):
        self.url = url
        self.session = requests.Session()
        values = {"db": database, "login": login, "password": login}
        self.post("/web/session/authenticate", values)

    def post(self, path, params):
        answer = self.session.post(
            self.url + path, json={"params": params}, timeout=300
        ).json()
        if error := answer.get("error"):
            if error["data"]["name"].startswith("odoo.exceptions."):
                raise UserError(error["data"]["message"])
            raise RuntimeError(error["data"]["debug"])
        return answer["result"]

    def __call__(self, model, method, ids=None, **values):
        args = [] if ids is None else [ids]
        if method == "create":
            args = [values.pop("vals_list")]
        params = {"model": model, "method": method, "args": args, "kwargs": values}
        return self.post(f"/web/dataset/call_kw/{model}/{method}", params)


class Worker:
    """Changes memberships at random and remembers those that are his alone."""

    def __init__(self, scene, number, calls):
        self.scene, self.number, self.calls = scene, number, calls
        self.random = Random(number)
        self.pairs = scene.get_pairs(number)
        self.mine = set()
        self.done = Counter()

    def step(self):
        """Make one change.

        :raise Exception: what a user should not meet
        """
        call = self.random.choice(self.calls)
        door = self.random.choice([self.edit, self.set, self.bulk, self.service])
        door(call)
        self.done[f"{type(call).__name__} {door.__name__}"] += 1

    def remember(self, pairs, joined):
        mine = {pair for pair in pairs if self.scene.get_owner(pair) == self.number}
        self.mine = self.mine | mine if joined else self.mine - mine

    def edit(self, call):
        """Link or unlink some groups of a contact, as the form does."""
        partner_id, _group_id = self.random.choice(self.pairs)
        some = [pair for pair in self.pairs if pair[0] == partner_id]
        some = self.random.sample(some, self.random.randint(1, len(some)))
        add = self.random.random() < 0.5
        commands = [[4 if add else 3, group_id, 0] for _partner_id, group_id in some]
        call(
            "res.partner", "write", [partner_id], vals={"customer_group_ids": commands}
        )
        self.remember(some, add)

    def set(self, call):
        """Replace all groups of a contact whose groups belong to everybody."""
        partner_id = self.random.choice(self.scene.contacts[::4])
        groups = self.random.sample(self.scene.groups, self.random.randint(0, GROUPS))
        vals = {"customer_group_ids": [[6, 0, groups]]}
        call("res.partner", "write", [partner_id], vals=vals)

    def choose(self):
        """Return a group, some contacts, and whether they are to join or to leave."""
        group_id = self.random.choice(self.scene.groups)
        some = [pair for pair in self.pairs if pair[1] == group_id]
        some = self.random.sample(some, self.random.randint(1, len(some)))
        return group_id, some, self.random.random() < 0.5

    def bulk(self, call):
        """Use the dialog for many contacts, and now and then undo it at once."""
        group_id, some, add = self.choose()
        domain = repr([("id", "in", [partner_id for partner_id, _group_id in some])])
        values = {
            "mode": "add" if add else "remove",
            "partner_domain": domain,
            "group_ids": [[6, 0, [group_id]]],
        }
        ids = call("customer.group.assign", "create", vals_list=[values])
        before = self.mine
        call("customer.group.assign", "action_apply", ids)
        self.remember(some, add)
        if self.random.random() < 0.3:
            self.undo(call, "customer.group.assign", ids)
            self.mine = before

    def undo(self, call, model, ids):
        try:
            call(model, "action_undo", ids)
        except UserError as error:
            if "Nothing was undone" not in str(error):
                raise
            self.done["nothing to undo"] += 1

    def service(self, call):
        """Use the methods for programs, and now and then undo it at once."""
        group_id, some, add = self.choose()
        before = self.mine
        result = call(
            "customer.group",
            "add_members" if add else "remove_members",
            [group_id],
            partner_ids=[partner_id for partner_id, _group_id in some],
            reason="stress",
        )
        self.remember(some, add)
        if self.random.random() < 0.3:
            self.undo(call, "customer.group.operation", [result["operation_id"]])
            self.mine = before

    def find_lost(self, members):
        """Return the pairs that are not as this worker, and nobody else, left them."""
        pairs = {pair for pair in self.pairs if self.scene.get_owner(pair)}
        return (members & pairs) ^ self.mine


class Holder:
    """Holds contacts in the group of a rule, and keeps them out of it.

    Only every second contact, which always match; nobody else does that with them.
    """

    def __init__(self, scene, call):
        self.scene, self.call, self.random = scene, call, Random(3)
        self.wanted = {}

    def step(self):
        """Decide about a contact by hand, or have others match."""
        if self.random.random() < 0.4:
            city = self.random.choice([CITY, "Elsewhere"])
            others = self.scene.contacts[::2]
            self.call("res.partner", "write", others, vals={"city": city})
            return
        contact_id = self.random.choice(self.scene.contacts[1::2])
        wanted = self.random.random() < 0.5
        self.call(
            "customer.group",
            "add_members" if wanted else "remove_members",
            self.scene.rules[:1],
            partner_ids=[contact_id],
        )
        self.wanted[contact_id] = wanted

    @staticmethod
    def find_lost(scene, cr, wanted):
        """Return the contacts that are not where this user has put them."""
        cr.execute(
            """SELECT partner_id FROM customer_group_res_partner_rel
                WHERE group_id = %s""",
            scene.rules[:1],
        )
        members = {partner_id for [partner_id] in cr.fetchall()}
        return {id_ for id_, is_in in wanted.items() if (id_ in members) != is_in}


def superuser(cr):
    return api.Environment(cr, SUPERUSER_ID, {})
