# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import base_partner_merge
from . import customer_group_as_of
from . import customer_group_ticked
from . import customer_group_assign
from . import customer_group_plan
from . import customer_group_add_template
from . import customer_group_from_tags
from . import customer_group_from_tags_line
from . import customer_group_from_tags_plan
from . import customer_group_merge
from . import customer_group_import
from . import customer_group_import_lookup
from . import customer_group_rule_off
from . import customer_group_sequence_start
from . import customer_group_sequence_test
from . import customer_group_why
from . import customer_group_selection_use
from . import mail_compose_message
from . import customer_group_compare
