# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import customer_group
from . import customer_group_change
from . import customer_group_count
from . import customer_group_members
from . import customer_group_merge
from . import customer_group_mixin
from . import customer_group_name
from . import customer_group_operation
from . import customer_group_membership
from . import customer_group_path
from . import customer_group_tree
from . import ir_actions_act_window_view
from . import ir_http
from . import ir_ui_view
from . import customer_group_tags
from . import customer_group_template
from . import customer_group_request
from . import res_config_settings
from . import res_partner
from . import res_partner_export
from . import res_partner_find
from . import res_partner_read_group
