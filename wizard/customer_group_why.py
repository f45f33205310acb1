# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_datetime

from ..models.customer_group_rule import BROKEN


class CustomerGroupWhy(models.TransientModel):
    """Say why a contact is in a group, or why not."""

    _name = "customer.group.why"
    _description = "Why Is a Contact in a Customer Group?"

    group_id = fields.Many2one("customer.group", string="Group", required=True)
    partner_id = fields.Many2one("res.partner", string="Contact", required=True)
    explanation = fields.Html(compute="_compute_explanation", sanitize=False)

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        context = self.env.context
        for name, model in (
            ("group_id", "customer.group"),
            ("partner_id", "res.partner"),
        ):
            if name in fields and context.get("active_model") == model:
                values.setdefault(name, context.get("active_id"))
        return values

    @api.depends("group_id", "partner_id")
    @api.depends_context("uid", "lang", "tz", "allowed_company_ids")
    def _compute_explanation(self):
        for wizard in self:
            chosen = wizard.group_id and wizard.partner_id
            wizard.explanation = wizard._get_explanation() if chosen else False

    # ------------------------------------------------------------
    # EXPLANATION
    # ------------------------------------------------------------

    def _get_explanation(self):
        """Return the answer as HTML.

        :rtype: Markup
        :raise AccessError: when the user may not see the contact or the group
        """
        facts = self._get_facts()
        verdict, level = self._get_verdict(facts)
        return self.env["ir.qweb"]._render(
            "customer_group.customer_group_why_explanation",
            {
                "verdict": verdict,
                "level": level,
                "notes": self._get_notes(facts),
                "events": self._get_events(facts),
                "root": facts["root"],
            },
        )

    def _get_facts(self):
        """Look up all that decides whether the contact is in the group.

        :return: dict: ``group``, ``partner``, ``membership`` (the last one; empty if
            none), ``exclusion`` (empty if not kept out), ``root`` (the conditions, or
            ``None``), ``matches``, ``candidate``, ``error`` and ``rivals`` (groups that
            go before, hidden ones included)
        """
        # They are not saved yet: the dialog explains while people choose.
        group, partner = self.group_id._origin, self.partner_id._origin
        group.check_access("read")
        partner.check_access("read")
        pair = [("group_id", "=", group.id), ("partner_id", "=", partner.id)]
        facts = {
            "group": group,
            "partner": partner,
            "membership": self.env["customer.group.membership"].search(pair, limit=1),
            "exclusion": self.env["customer.group.exclusion"].search(
                [*pair, ("end_operation_id", "=", False)]
            ),
            "root": None,
            "matches": False,
            "candidate": True,
            "error": "",
            "rivals": self._get_rivals(group, partner),
        }
        if group.use_rule:
            try:
                facts["root"], found = group._explain_rule(partner)
                facts |= found
            except (ValidationError, *BROKEN) as error:
                facts["error"] = str(error).split("\n")[0]
        return facts

    @api.model
    def _get_rivals(self, group, partner):
        """Return the groups that exclude this one and go before it for the contact."""
        others, earlier = group._get_other_branches()
        if not others:
            return group.browse()
        # sudo: groups that the user does not see go before this one as well.
        memberships = self.env["customer.group.membership"].sudo()
        return memberships.search(
            [
                ("partner_id", "=", partner.id),
                ("group_id", "in", others),
                ("date_end", "=", False),
                "|",
                ("by_rule", "=", False),
                ("group_id", "in", earlier),
            ]
        ).group_id.sudo(False)

    # ------------------------------------------------------------
    # VERDICT
    # ------------------------------------------------------------

    def _get_verdict(self, facts):
        """Return the answer in one sentence, and how it is shown."""
        membership = facts["membership"]
        names = {
            "contact": facts["partner"].display_name,
            "group": facts["group"].display_name,
        }
        if membership and not membership.date_end:
            level = "success"
            if membership.by_rule:
                verdict = self.env._(
                    "%(contact)s is in “%(group)s” by its rule.", **names
                )
            elif membership.pin_operation_id:
                verdict = self.env._(
                    "%(contact)s is held in “%(group)s” by hand.", **names
                )
            elif membership.source in ("manual", "bulk", "import", "api"):
                verdict = self.env._("%(contact)s was put into “%(group)s”.", **names)
            else:
                verdict = self.env._("%(contact)s is in “%(group)s”.", **names)
        elif facts["exclusion"]:
            level = "warning"
            verdict = self.env._("%(contact)s is kept out of “%(group)s”.", **names)
        else:
            level = "secondary"
            verdict = self.env._("%(contact)s is not in “%(group)s”.", **names)
        return verdict, level

    def _get_notes(self, facts):
        """Return the reasons, as sentences."""
        membership = facts["membership"]
        obstacles = self._get_obstacles(facts)
        facts = facts | {"works": not obstacles}
        if membership and not membership.date_end:
            notes = self._get_member_notes(facts)
        else:
            notes = self._get_stranger_notes(facts)
        return notes + obstacles

    def _get_obstacles(self, facts):
        """Return why the rule does nothing for the contact at present."""
        group = facts["group"]
        if not group.use_rule:
            return []
        if not group.active:
            return [self.env._("The group is archived: its rule rests.")]
        if not facts["partner"].active:
            return [self.env._("The contact is archived: rules leave it where it is.")]
        if facts["error"] or group.rule_state == "error":
            return [
                self.env._(
                    "The rule does not work, so nobody joins or leaves by it: %s",
                    facts["error"] or group.rule_message,
                )
            ]
        if group.rule_state == "review":
            return [
                self.env._(
                    "The rule waits for a person, until then nobody joins or leaves by"
                    " it: %s",
                    group.rule_message,
                )
            ]
        return []

    def _get_member_notes(self, facts):
        group, membership = facts["group"], facts["membership"]
        if not group.use_rule:
            return [self.env._("The group has no rule: people decide who is in it.")]
        if not membership.by_rule:
            notes = [self.env._("It stays, whatever the rule says.")]
            if facts["root"] and facts["matches"]:
                notes.append(self.env._("The rule matches as well."))
            elif facts["root"]:
                notes.append(self.env._("The rule does not match."))
            return notes
        if facts["rivals"]:
            notes = [self._describe_rivals(facts)]
        elif not facts["root"] or facts["matches"]:
            return []
        elif membership.unmatched_since and group.rule_grace_days:
            leaves = membership.unmatched_since + timedelta(days=group.rule_grace_days)
            return [
                self.env._(
                    "The rule has not matched since %(since)s. After the days of grace"
                    " the contact leaves, on %(leaves)s.",
                    since=self._format(membership.unmatched_since),
                    leaves=self._format(leaves),
                )
            ]
        else:
            notes = [self.env._("The rule no longer matches.")]
        if facts["works"]:
            notes.append(
                self.env._("The contact leaves when the rule is evaluated next.")
            )
        return notes

    def _get_stranger_notes(self, facts):
        if not facts["group"].use_rule:
            return [self.env._("The group has no rule: people decide who is in it.")]
        if not facts["root"]:
            return []
        if facts["exclusion"]:
            if facts["matches"]:
                return [
                    self.env._("The rule matches, but a person has decided otherwise.")
                ]
            return [self.env._("The rule does not match either.")]
        if facts["partner"].active and not facts["candidate"]:
            return [self.env._("It belongs to another company than the group.")]
        if not facts["matches"]:
            return [self.env._("The rule does not match.")]
        notes = [self.env._("The rule matches.")]
        if facts["rivals"]:
            notes.append(self._describe_rivals(facts))
        elif facts["works"]:
            notes.append(
                self.env._("The contact joins when the rule is evaluated next.")
            )
        return notes

    def _describe_rivals(self, facts):
        visible = facts["rivals"]._filtered_access("read")
        if not visible:
            return self.env._("The contact is in a group that goes before this one.")
        return self.env._(
            "The contact is in “%s”, which goes before this group: it can be in one of"
            " them only.",
            visible[0].display_name,
        )

    # ------------------------------------------------------------
    # WHO, WHEN
    # ------------------------------------------------------------

    def _get_events(self, facts):
        """Return what happened to the contact here, in order.

        :return: list of dicts: ``label``, ``text`` and ``reason``
        """
        # sudo: whoever sees a membership sees whose change it was, as in its list.
        membership, exclusion = facts["membership"].sudo(), facts["exclusion"].sudo()
        steps = []
        if membership:
            steps.append((self.env._("Joined"), membership.start_operation_id))
            if membership.pin_operation_id and not membership.by_rule:
                steps.append((self.env._("Held since"), membership.pin_operation_id))
            if membership.date_end:
                steps.append((self.env._("Left"), membership.end_operation_id))
        if exclusion:
            steps.append((self.env._("Kept out since"), exclusion.start_operation_id))
        return [
            {
                "label": label,
                "date": self._format(operation.date),
                "user": operation.source != "rule" and operation.user_id.display_name,
                "how": dict(
                    operation._fields["source"]._description_selection(self.env)
                )[operation.source],
                "reason": operation.reason,
            }
            for label, operation in steps
        ]

    def _format(self, date):
        return format_datetime(self.env, date, dt_format="short")
