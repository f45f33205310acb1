# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, formatLang

from .customer_group_operation import Change
from .customer_group_rule import BROKEN

_logger = logging.getLogger(__name__)


class CustomerGroupRuleRun(models.Model):
    """What came of the last evaluation of the rule of a group.

    It has a table of its own, so that an evaluation neither waits for people who edit
    the group nor looks to them like a change by somebody else.
    """

    _name = "customer.group.rule.run"
    _description = "Last Run of the Rule of a Customer Group"
    _order = "date desc, id"
    _rec_name = "group_id"
    _log_access = False

    #: A rule that was evaluated so recently is left out of the scheduled run, which may
    #: need several goes.
    _fresh = timedelta(minutes=30)
    #: How often a change is tried again after others have changed the same members.
    _tries = 3

    group_id = fields.Many2one(
        comodel_name="customer.group",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    state = fields.Selection(
        selection=[
            ("waiting", "Not evaluated yet"),
            ("done", "Up to date"),
            ("review", "Waits for a person"),
            ("error", "Does not work"),
        ],
        required=True,
        readonly=True,
        default="waiting",
    )
    message = fields.Char(readonly=True)
    date = fields.Datetime(string="Evaluated On", readonly=True)
    duration = fields.Float(string="Seconds", readonly=True)
    matched = fields.Integer(string="Matching", readonly=True)
    added = fields.Integer(readonly=True)
    removed = fields.Integer(readonly=True)
    activity_id = fields.Many2one(
        comodel_name="mail.activity", readonly=True, ondelete="set null"
    )

    _group_uniq = models.UniqueIndex("(group_id)")

    @api.model
    def _cron_run(self):
        """Evaluate all rules, each for all contacts, and each after those it needs.

        Every group is a transaction of its own. What fails is noted and keeps its
        members; an interrupted run goes on where it stopped.
        """
        groups, cycle = self.env["customer.group"]._get_rule_order()
        fresh = self.sudo().search(
            [("date", ">=", fields.Datetime.now() - self._fresh)]
        )
        for group in cycle:
            group._store_run(
                state="error",
                message=self.env._("The rule depends on its own result."),
            )
        due = set((groups - fresh.group_id).ids)
        commit = self.env["ir.cron"]._commit_progress
        time_left = commit(remaining=len(due))
        for group in groups:
            if not time_left:
                return
            if group.id in due:
                operation = self._retry(group._run_rule)
                due.update(self._forget_needing(operation))
                time_left = commit(1)

    @api.model
    def _forget_needing(self, operation):
        """Have the rules evaluated next that look at groups whose members changed.

        :param operation: the change; may be empty
        :return: ids of the groups with these rules
        """
        if not operation:
            return []
        changed = set(operation.group_ids.ids)
        ids = list(self.env["customer.group"]._get_dependent_ids(changed))
        # sudo: as in the job.
        self.sudo().search([("group_id", "in", ids)]).date = False
        return ids

    @api.model
    def _retry(self, function, *args):
        """Call a function again when others have changed the same rows meanwhile.

        It begins and ends with a transaction of its own.
        """
        for _attempt in range(self._tries):
            try:
                result = function(*args)
                self.env["ir.cron"]._commit_progress()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:  # noqa: PERF203
                self.env.cr.rollback()
                self.env.invalidate_all()
            else:
                return result
        _logger.info("Others change the same members; rules will be evaluated later")
        return None


class CustomerGroup(models.Model):
    """Doing what the rules say."""

    _inherit = "customer.group"

    #: A rule that would remove more members than this, and a larger share of those whom
    #: it put in, waits for a person.
    _rule_brake_count, _rule_brake_share = 50, 0.3

    rule_run_ids = fields.One2many(
        comodel_name="customer.group.rule.run",
        inverse_name="group_id",
        string="Last Run",
        readonly=True,
    )
    rule_state = fields.Selection(related="rule_run_ids.state", string="Rule Status")
    rule_message = fields.Char(related="rule_run_ids.message", string="Rule Message")
    rule_date = fields.Datetime(related="rule_run_ids.date")
    rule_duration = fields.Float(related="rule_run_ids.duration")
    rule_matched = fields.Integer(related="rule_run_ids.matched")
    rule_added = fields.Integer(related="rule_run_ids.added", string="Joined Last")
    rule_removed = fields.Integer(related="rule_run_ids.removed", string="Left Last")
    rule_next_date = fields.Datetime(
        string="Next Evaluation", compute="_compute_rule_next_date", exportable=False
    )

    @api.depends("use_rule")
    def _compute_rule_next_date(self):
        # sudo: everybody may know when it is.
        job = self.env.ref("customer_group.ir_cron_rule_run").sudo()
        for group in self:
            group.rule_next_date = group.use_rule and job.active and job.nextcall

    # ------------------------------------------------------------
    # RUN
    # ------------------------------------------------------------

    def _request_run(self):
        """Have the rules of these groups evaluated soon."""
        runs = self.env["customer.group.rule.run"].sudo()
        known = runs.search([("group_id", "in", self.ids)])
        known.write({"state": "waiting", "message": False, "date": False})
        missing = self - known.group_id
        runs.create([{"group_id": group.id} for group in missing])
        cron = self.env.ref("customer_group.ir_cron_rule_run", raise_if_not_found=False)
        if self and cron:  # there is none yet while the addon is being installed
            cron.sudo()._trigger()

    def _run_rule(self, partner_ids=None, force=False):
        """Let those join and leave of whom the rule says so.

        A rule that does not work any more, or that would do what its author can hardly
        want, changes nothing: its owner is told, and has to decide.

        :param list[int] partner_ids: contacts to look at; without them, all
        :param bool force: a person has decided that everything shall be done
        :return: the operation; empty when nothing changed
        """
        self.ensure_one()
        operations = self.env["customer.group.operation"]
        if partner_ids is not None and self.rule_state in ("review", "error"):
            return operations
        start = time.monotonic()
        try:
            with self.env.cr.savepoint():
                self._check_rule_groups()
                found = self._compare_with_rule(partner_ids)
        except (UserError, *BROKEN) as error:
            _logger.info("The rule of customer group %s fails", self.id, exc_info=True)
            self._store_run(state="error", message=str(error).split("\n")[0])
            return operations
        leaving = set(self._respect_grace(found["unmatched"], partner_ids))
        leaving.update(found["displaced"])
        obstacle = not force and self._get_rule_obstacle(found, leaving, partner_ids)
        if obstacle:
            self._store_run(state="review", message=obstacle, matched=found["matched"])
            return operations
        operation = self._apply_rule(found["joining"], list(leaving))
        if partner_ids is None:
            self._store_run(
                state="done",
                message=False,
                matched=found["matched"],
                added=operation.added,
                removed=operation.removed,
                duration=time.monotonic() - start,
            )
        return operation

    def _respect_grace(self, unmatched, partner_ids):
        """Return those who no longer match and whose days of grace are over."""
        if not self.rule_grace_days:
            return unmatched
        now = fields.Datetime.now()
        self.env.cr.execute(
            SQL(
                """UPDATE customer_group_membership m
                      SET unmatched_since = CASE WHEN u.id IS NOT NULL THEN %s END
                     FROM customer_group_membership held
                LEFT JOIN unnest(%s::int[]) AS u(id) ON u.id = held.partner_id
                    WHERE m.id = held.id AND held.group_id = %s AND held.by_rule
                      AND held.date_end IS NULL
                      AND (held.partner_id = ANY(%s::int[]) OR %s)
                      AND (u.id IS NULL) = (held.unmatched_since IS NOT NULL)""",
                now,
                unmatched,
                self.id,
                partner_ids or [],
                partner_ids is None,
            )
        )
        rows = self.env.execute_query(
            SQL(
                """SELECT partner_id FROM customer_group_membership
                    WHERE group_id = %s AND partner_id = ANY(%s::int[])
                      AND date_end IS NULL AND unmatched_since <= %s""",
                self.id,
                unmatched,
                now - timedelta(days=self.rule_grace_days),
            )
        )
        return [partner_id for [partner_id] in rows]

    def _get_rule_obstacle(self, found, leaving, partner_ids):
        """Say why a person has to look at what a rule would do, and what that is.

        :param dict found: what :meth:`_compare_with_rule` returned
        :param set leaving: the contacts that would leave
        :return: text for the owner; empty when nothing is in the way
        """
        if (
            partner_ids is None
            and not self.rule_everybody
            and found["matched"]
            and self._matches_everybody(found["matched"])
        ):
            return self.env._(
                "The rule matches everybody: %s contacts. If that is meant, tick “May"
                " Match Everybody”.",
                formatLang(self.env, found["matched"], digits=0),
            )
        held = found["held"]
        if partner_ids is not None and len(leaving) > self._rule_brake_count:
            [[held]] = self.env.execute_query(
                SQL(
                    """SELECT count(*) FROM customer_group_membership
                        WHERE group_id = %s AND by_rule AND date_end IS NULL""",
                    self.id,
                )
            )
        if len(leaving) > max(self._rule_brake_count, self._rule_brake_share * held):
            return self.env._(
                "The rule would remove %(leaving)s of %(held)s members. Check it, then"
                " evaluate it anyway or change it.",
                leaving=formatLang(self.env, len(leaving), digits=0),
                held=formatLang(self.env, held, digits=0),
            )
        return ""

    def _apply_rule(self, joining, leaving):
        """Change the members, as one operation.

        :param list[int] joining: contacts that join
        :param list[int] leaving: contacts that leave
        :return: the operation; empty when nothing changes
        """
        if not joining and not leaving:
            return self.env["customer.group.operation"]
        adds = removes = None
        if joining:
            adds = SQL(
                "SELECT unnest(%s) AS partner_id, %s AS group_id", joining, self.id
            )
        if leaving:
            removes = SQL(
                "SELECT unnest(%s) AS partner_id, %s AS group_id", leaving, self.id
            )
        operation = self._change_members(adds, removes, Change("rule", "rule"))
        if joining:
            self._leave_other_branches(operation, self.ids)
        return operation

    def _store_run(self, **values):
        """Note what came of a run; tell the owner when he has to do something."""
        # sudo: everybody may see what came of a run, and nobody may write it.
        run = self.sudo().rule_run_ids[:1]
        values = {"added": 0, "removed": 0, "date": fields.Datetime.now()} | values
        if run.state != values["state"] or values["added"] or values["removed"]:
            self._notify_tree()
        if not run:
            run = run.create({"group_id": self.id, **values})
        else:
            run.write(values)
        if run.state == "done":
            run.activity_id.unlink()
        elif not run.activity_id and self.user_id.active:
            run.activity_id = self.sudo().activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=self.user_id.id,
                summary=self.env._("Look at the rule of this group"),
                note=run.message,
            )

    def _forget_runs(self):
        # sudo: what is noted about a rule goes with the rule.
        runs = self.sudo().rule_run_ids
        runs.activity_id.unlink()
        runs.unlink()

    # ------------------------------------------------------------
    # OFF
    # ------------------------------------------------------------

    def _keep_rule_members(self):
        """Keep all members of a rule that was switched off, like those put in by hand.

        Nobody is kept out of a group without a rule.
        """
        if not self:
            return
        self.env.cr.execute(
            SQL(
                """UPDATE customer_group_membership
                      SET by_rule = FALSE, unmatched_since = NULL
                    WHERE group_id IN %s AND by_rule AND date_end IS NULL""",
                self._ids,
            )
        )
        self.env["customer.group.membership"].invalidate_model()
        self._forget_runs()

    # ------------------------------------------------------------
    # MERGE
    # ------------------------------------------------------------

    def _move_references(self, target):
        """Forget what came of the rules that go; evaluate what looks at the target."""
        self._forget_runs()
        result = super()._move_references(target)
        target._on_rule_changed()
        return result

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_run_rule(self):
        """Evaluate the rule now, whatever stands in the way of the scheduled run.

        :return: client action that says what came of it
        :raise AccessError: when the user may not change the group
        :raise UserError: when the group has no rule, or the rule does not work
        """
        self.ensure_one()
        self.check_access("write")
        self._check_field_access(self._fields["use_rule"], "write")
        if not self.use_rule or not self.active:
            raise UserError(self.env._("“%s” has no rule to evaluate.", self.name))
        operation = self._run_rule(force=self.env.context.get("force_rule", False))
        self.env["customer.group.rule.queue"]._enter_members(operation)
        done = self.rule_state == "done"
        message = self.rule_message or self.env._(
            "Joined: %(added)s. Left: %(removed)s.",
            added=formatLang(self.env, operation.added, digits=0),
            removed=formatLang(self.env, operation.removed, digits=0),
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if done else "warning",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
