import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import {
    chip,
    pick,
    search,
    seeOnly,
    toggleSearchItem,
    toggleSearchMenu,
    typeGroup,
} from "@customer_group/../tests/tours/helpers";

const tours = registry.category("web_tour.tours");
const field = ".o_field_widget[name='customer_group_ids']";

tours.add("customer_group_crm_convert", {
    steps: () => [
        ...typeGroup("wholesale"),
        pick("Trade / Wholesale"),
        { trigger: chip("Wholesale") },
        { trigger: `${field} .o_customer_group_create`, run: "click" },
        {
            trigger: ".modal .o_field_widget[name='name'] :is(input, textarea)",
            run: "edit Spring fair",
        },
        { trigger: ".modal .o_form_button_save", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: chip("Spring fair") },
        ...stepUtils.saveForm(),
        {
            trigger: ".o_statusbar_buttons button:contains('Convert to Opportunity')",
            run: "click",
        },
        { trigger: ".modal button[name='action_apply']", run: "click" },
        {
            content: "the opportunity has the groups of the lead",
            trigger: `.o_form_view:has(.o_statusbar_status) ${chip("Spring fair")}`,
        },
        {
            content: "open the new contact",
            trigger:
                ".o_field_widget[name='partner_id'] .o_external_button:not(:visible)",
            run: "click",
        },
        { trigger: ".o_breadcrumb:contains('Emil')" },
        { trigger: chip("Wholesale") },
        { trigger: chip("Spring fair") },
    ],
});

tours.add("customer_group_crm_find", {
    steps: () => [
        ...search("Customer Group", "trade"),
        ...seeOnly("Fair enquiry"),
        { trigger: `.o_data_row ${chip("EU")}` },
        toggleSearchMenu(),
        toggleSearchItem("Customer Group"),
        { trigger: ".o_group_header:contains('Trade / Wholesale / EU (1)')" },
        toggleSearchItem("Customer Group"),
        { trigger: ".o_searchview_facet .o_facet_remove", run: "click" },
        ...search("Lead", "enquiry"),
        toggleSearchMenu(),
        toggleSearchItem("In No Group"),
        ...seeOnly("Other enquiry"),
    ],
});
