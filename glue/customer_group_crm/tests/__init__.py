# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import test_crm_convert
from . import test_crm_lead
from . import test_crm_multi_company
from . import test_crm_performance
from . import test_crm_request
from . import test_crm_security
from . import test_crm_ui
