# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from .models.customer_group_membership import RETENTION
from .models.customer_group_name import IGNORE_SIMILAR
from .models.customer_group_selection import CONFIRM_ABOVE


def uninstall_hook(env):
    """Remove what Odoo leaves behind: parameters, and external ids of other modules.

    E-mails of series that are not sent yet go as well: they would go out without a link
    to unsubscribe.

    Odoo files what a model inherits from ``mail.thread`` and the like under the module
    that defines it, and does not remove these ids with the model.
    """
    for parameter in (IGNORE_SIMILAR, CONFIRM_ABOVE, RETENTION):
        env["ir.config_parameter"].set_param(parameter, False)
    env["customer.group.enrolment.trace"].search(
        [("state", "=", "queued")]
    )._drop_waiting()
    # The menu of another app has made room for ours.
    env.ref("contacts.res_partner_menu_config").sequence = 2
    env["ir.model.data"].search(
        [
            ("model", "in", ["ir.model.fields.selection", "ir.model.inherit"]),
            ("name", "=like", r"%\_\_customer\_group%\_\_%"),
            ("module", "!=", "customer_group"),
        ]
    ).unlink()
