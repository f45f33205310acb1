# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from ast import literal_eval
from contextlib import contextmanager

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

#: More than a person can read, and few enough to be checked and searched quickly.
MAX_LENGTH, MAX_CONDITIONS, MAX_DEPTH = 8192, 100, 6
#: How long the search for a new rule may take.
TIME_LIMIT = "5s"
#: Fields of a group on which the members of this or of another one depend by rules.
RULE_FIELDS = {
    "active",
    "company_id",
    "is_exclusive",
    "name",
    "parent_id",
    "rule_domain",
    "rule_everybody",
    "sequence",
    "use_rule",
}
#: Fields that only managers write: they move contacts of all users.
MANAGED_FIELDS = {
    "is_exclusive",
    "rule_domain",
    "rule_everybody",
    "rule_grace_days",
    "use_rule",
}
#: What goes wrong in a domain that is no domain, or that fits the fields no longer.
BROKEN = (
    KeyError,
    MemoryError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
    psycopg2.DataError,
    psycopg2.ProgrammingError,
)


class CustomerGroup(models.Model):
    """The rule of a group: which contacts belong in it by themselves.

    The members are those that match, and those whom people put in, without those whom
    people keep out. The rule is checked with the rights of its author, and evaluated
    for all contacts of the company of the group.
    """

    _inherit = "customer.group"

    use_rule = fields.Boolean(
        string="Filled by a Rule",
        copy=False,
        tracking=True,
        help="Contacts that match join by themselves, and leave when they no longer do."
        " Whoever was put in by hand stays.",
    )
    rule_domain = fields.Text(
        string="Rule", default="[]", tracking=True, help="Who belongs in the group."
    )
    rule_everybody = fields.Boolean(
        string="May Match Everybody",
        help="Without it, a rule that every contact matches waits for a person.",
    )
    rule_grace_days = fields.Integer(
        string="Days of Grace",
        help="How long a member who no longer matches stays in the group.",
    )

    _rule_grace_days_positive = models.Constraint(
        "CHECK (rule_grace_days >= 0)", "Days of grace cannot be less than none."
    )

    # ------------------------------------------------------------
    # CHECK
    # ------------------------------------------------------------

    @api.constrains("use_rule", "rule_domain", "company_id")
    def _check_rule_domain(self):
        """Refuse a rule that is not valid, too large, too slow, or a look at secrets.

        Constraints are checked as superuser, but only building the query checks the
        rights on the fields of a domain: the author has to search with it himself.
        """
        for group in self.filtered("use_rule").sudo(False):
            message = group._get_rule_error()
            if message:
                raise ValidationError(
                    self.env._(
                        "The rule of “%(group)s” is not valid: %(error)s",
                        group=group.name,
                        error=message,
                    )
                )

    def _get_rule_error(self):
        """Say what is wrong with the rule; see :meth:`_get_conditions_error`."""
        return self._get_conditions_error(self.rule_domain)

    @api.model
    def _get_conditions_error(self, text, allow_none=False):
        """Search with conditions as the current user, and say what is wrong with them.

        :param str text: the domain, as it is stored
        :param bool allow_none: whether "in no group" is a valid condition
        :return: text for the author; empty when the conditions are valid
        """
        try:
            domain = self._parse_conditions(text)
            self._check_rule_conditions(domain, allow_none)
            with self._limit_time():
                self.env["res.partner"].search_count(domain)
        except AccessError as error:
            return self.env._("it uses what you may not read. %s", error)
        except psycopg2.errors.QueryCanceled:
            return self.env._(
                "the search takes too long. Use fewer conditions, or such on fields of"
                " the contact itself."
            )
        except (ValidationError, *BROKEN) as error:
            return str(error)
        return ""

    @contextmanager
    def _limit_time(self, flush=True):
        """Cancel queries that take too long, and undo what they did.

        :param bool flush: False keeps the cache, for queries that only read
        """
        set_limit = "SELECT set_config('statement_timeout', %s, true)"
        [[limit]] = self.env.execute_query(SQL("SHOW statement_timeout"))
        with self.env.cr.savepoint(flush=flush):
            self.env.cr.execute(SQL(set_limit, TIME_LIMIT))
            yield
            self.env.cr.execute(SQL(set_limit, limit))

    def _parse_rule(self):
        """Return the rule as a domain; see :meth:`_parse_conditions`."""
        self.ensure_one()
        return self._parse_conditions(self.rule_domain)

    @api.model
    def _parse_conditions(self, text):
        """Return a stored domain, without looking at the fields it names.

        :param str text: the domain; empty: all contacts
        :rtype: Domain
        :raise ValueError: when the text is no domain; also ``SyntaxError`` and the like
        :raise ValidationError: when it is too long
        """
        text = text or "[]"
        if len(text) > MAX_LENGTH:
            raise ValidationError(
                self.env._(
                    "it has %(length)s characters, of %(max)s at most.",
                    length=len(text),
                    max=MAX_LENGTH,
                )
            )
        value = literal_eval(text)
        if not isinstance(value, list):
            raise ValueError(self.env._("it must be a list of conditions."))
        return Domain(value)

    def _check_rule_conditions(self, domain, allow_none=False):
        """Check what the query alone would not refuse.

        :param Domain domain: the rule
        :param bool allow_none: whether "in no group" is a valid condition
        :raise ValidationError: with a message for the author
        """
        conditions = list(self._iter_conditions(domain, self.env["res.partner"]))
        if len(conditions) > MAX_CONDITIONS:
            raise ValidationError(
                self.env._(
                    "it has %(count)s conditions, of %(max)s at most.",
                    count=len(conditions),
                    max=MAX_CONDITIONS,
                )
            )
        for model, condition in conditions:
            steps = self._get_steps(model, condition.field_expr)
            for step_model, field in steps:
                step_model.check_access("read")
                step_model._check_field_access(field, "read")
            if self._names_groups(steps):
                ids = self._get_condition_ids(condition, allow_none)
                if self.browse(ids) - self.browse(ids)._filtered_access("read"):
                    raise AccessError(self.env._("A group that you cannot see."))

    @api.model
    def _iter_conditions(self, domain, model, depth=1):
        """Yield the conditions of a domain, nested ones included, with their models."""
        if depth > MAX_DEPTH:
            raise ValidationError(
                self.env._("its conditions are nested more than %s times.", MAX_DEPTH)
            )
        for condition in domain.iter_conditions():
            yield model, condition
            if condition.operator in ("any", "not any"):
                _model, field = self._get_steps(model, condition.field_expr)[-1]
                inner = Domain(condition.value)
                comodel = self.env[field.comodel_name]
                yield from self._iter_conditions(inner, comodel, depth + 1)

    @api.model
    def _get_steps(self, model, path):
        """Return the pairs (model, field) on a path of fields.

        What follows a field that is no relation names a part of its value.

        :raise ValueError: when there is no such field
        """
        steps = []
        for name in path.split("."):
            field = model._fields.get(name)
            if field is None:
                raise ValueError(
                    self.env._(
                        "%(model)s has no field “%(field)s”.",
                        model=model._description,
                        field=name,
                    )
                )
            steps.append((model, field))
            if not field.relational:
                break
            model = self.env[field.comodel_name]
        return steps

    @api.model
    def _names_groups(self, steps):
        """Return whether a condition is one on groups; refuse what hides which ones."""
        models_on_path = [field.comodel_name for _model, field in steps]
        if not {
            "customer.group.selection",
            "customer.group.selection.snapshot",
        }.isdisjoint(models_on_path):
            raise ValidationError(
                self.env._("conditions cannot refer to selections of contacts.")
            )
        if "customer.group.membership" in models_on_path or (
            "customer.group" in models_on_path[:-1]
        ):
            raise ValidationError(
                self.env._("conditions on groups must name the groups themselves.")
            )
        return models_on_path[-1] == "customer.group"

    @api.model
    def _get_condition_ids(self, condition, allow_none=False):
        """Return the ids of the groups that a condition names.

        "In no group" is refused in rules: who joins because of it would have to leave
        at once.
        """
        values = condition.value
        if not hasattr(values, "__iter__") or isinstance(values, str):
            values = [values]
        if allow_none:
            values = [value for value in values if value is not False]
        if condition.operator not in ("in", "not in", "=", "!=", "child_of") or any(
            type(value) is not int for value in values
        ):
            raise ValidationError(
                self.env._("conditions on groups must name the groups themselves.")
            )
        return list(values)

    # ------------------------------------------------------------
    # CRUD, RIGHTS
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        groups = super().create(vals_list)
        if self._has_rules() or any(g.use_rule or g.is_exclusive for g in groups):
            groups._on_rule_changed()
        return groups

    def write(self, vals):
        affects_rules = not RULE_FIELDS.isdisjoint(vals) and (
            not {"active", "is_exclusive", "use_rule"}.isdisjoint(vals)
            or self._has_rules()
        )
        before = self._get_affected_rules() if affects_rules else self.browse()
        switched_off = self.browse()
        if vals.get("use_rule") is False:
            switched_off = self.filtered("use_rule")
        result = super().write(vals)
        if affects_rules:
            self._on_rule_changed(before)
        switched_off._keep_rule_members()
        return result

    def unlink(self):
        before = self._get_affected_rules()
        result = super().unlink()
        if self._has_rules():
            self.browse()._on_rule_changed(before.exists())
        return result

    def copy_data(self, default=None):
        """Leave out the rule where the user may not give one."""
        vals_list = super().copy_data(default=default)
        for name in MANAGED_FIELDS:
            if not self._has_field_access(self._fields[name], "write"):
                for vals in vals_list:
                    vals.pop(name, None)
        return vals_list

    def _on_rule_changed(self, before=()):
        """Have evaluated what looks at these groups, now or before they changed.

        :param before: what :meth:`_get_affected_rules` returned before the change
        """
        self.env.flush_all()
        self.env.registry.clear_cache()
        self._check_rule_cycle()
        rules = self._get_affected_rules().union(*before)
        # sudo: whoever may change the group has its rule evaluated.
        rules.sudo().filtered(lambda g: g.use_rule and g.active)._request_run()

    @api.model
    def _has_field_access(self, field, operation):
        if operation == "write" and not self.env.su and field.name in MANAGED_FIELDS:
            return self.env.user.has_group("customer_group.group_manager")
        return super()._has_field_access(field, operation)
