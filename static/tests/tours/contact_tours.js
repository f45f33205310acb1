import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import { chip, pick, search, seeOnly, type, typeGroup, unfold } from "./helpers";

const tours = registry.category("web_tour.tours");
const field = ".o_field_widget[name='customer_group_ids']";

tours.add("customer_group_create_on_contact", {
    steps: () => [
        { trigger: chip("Students") },
        ...typeGroup("Shops / Online"),
        pick('Create "Shops / Online"'),
        { trigger: chip("Online") },
        {
            trigger: `${chip("Students")} .o_delete`,
            run: "click",
        },
        { trigger: `${field}:not(:contains('Students'))` },
        ...stepUtils.saveForm(),
    ],
});

tours.add("customer_group_assign", {
    steps: () => [
        ...typeGroup("Nowhere"),
        { trigger: `${field} .o-autocomplete:contains('No records')` },
        { trigger: `${field}:not(:contains('Create'))` },
        ...typeGroup("retail"),
        ...typeGroup("Board"),
        {
            content: "the group that is reserved for managers is not offered",
            trigger: `${field} .o-autocomplete:contains('No records')`,
        },
        ...typeGroup("retail"),
        pick("Trade / Retail chains"),
        { trigger: chip("Retail chains") },
        ...stepUtils.saveForm(),
    ],
});

tours.add("customer_group_read_contact", {
    steps: () => [
        { trigger: chip("Students") },
        {
            content: "the groups cannot be changed",
            trigger: `${field}:not(:has(input, .o_delete))`,
        },
        {
            content: "while other fields can",
            trigger: ".o_field_widget[name='category_id'] input",
        },
        {
            content: "everybody may look up what a group is for",
            trigger: "[data-menu-xmlid='customer_group.customer_group_menu']",
        },
    ],
});

tours.add("customer_group_edit_list", {
    steps: () => [
        ...search("Customer Group", "trade / wholesale"),
        ...seeOnly("Anna", "Ben", "Cleo"),
        ...["Anna", "Cleo"].map((name) => ({
            trigger: `.o_data_row:contains('${name}') .o_list_record_selector input`,
            run: "click",
        })),
        { trigger: ".o_selection_box:contains('2')" },
        {
            trigger: ".o_data_row:contains('Anna') [name='customer_group_ids']",
            run: "click",
        },
        ...typeGroup("retail"),
        pick("Trade / Retail chains"),
        {
            content: "the dialog names the group that is added",
            trigger: ".modal:contains('Add'):contains('Retail chains')",
        },
        { trigger: ".modal-footer .btn-primary", run: "click" },
        { trigger: ".o_data_row:contains('Cleo') .o_tag:contains('Retail chains')" },
        { trigger: ".o_list_view:not(:has(.o_data_row.o_selected_row))" },
    ],
});

tours.add("customer_group_phone", {
    steps: () => [
        { trigger: ".o_search_panel .btn:contains('Groups')", run: "click" },
        unfold("Trade"),
        { trigger: ".o_search_panel_label_title:text(Wholesale)", run: "click" },
        {
            content: "close the sheet that has slid in from below",
            trigger: ".o_bottom_sheet_handle",
            run: "click",
        },
        { trigger: "body:not(:has(.o_bottom_sheet))" },
        { trigger: ".o_search_panel .btn:contains('Wholesale')" },
        ...seeOnly("Anna", "Ben", "Cleo"),
        { trigger: ".o_kanban_record:contains('Cleo')", run: "click" },
        { trigger: `${field} input`, run: "click" },
        {
            content: "a full screen shows the groups to choose from",
            trigger: ".modal .o_kanban_record:contains('Retail chains')",
            run: "click",
        },
        { trigger: chip("Retail chains") },
        ...stepUtils.saveForm(),
    ],
});

tours.add("customer_group_assign_many", {
    steps: () => [
        ...search("Customer Group", "trade / wholesale"),
        ...seeOnly("Anna", "Ben", "Cleo"),
        { trigger: ".o_list_table thead .o_list_record_selector input", run: "click" },
        { trigger: ".o_cp_action_menus button:contains('Actions')", run: "click" },
        {
            trigger: ".o-dropdown--menu .o_menu_item:contains('Add to Groups')",
            run: "click",
        },
        ...type(".modal .o_field_widget[name='group_ids'] input", "students"),
        pick("Private / Students"),
        {
            content: "one of the three is in the group already",
            trigger: ".modal .o_field_widget[name='change_count']:contains('2')",
        },
        { trigger: ".modal .o_field_widget[name='already_count']:contains('1')" },
        {
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit Open day",
        },
        { trigger: ".modal-footer button:contains('Add to Groups')", run: "click" },
        { trigger: ".modal .o_field_widget[name='added']:contains('2')" },
        { trigger: ".modal-footer button:contains('Close')", run: "click" },
        { trigger: ".o_data_row:contains('Anna') .o_tag:contains('Students')" },
        {
            trigger: ".o_data_row:contains('Anna') .o_data_cell[name='complete_name']",
            run: "click",
        },
        { trigger: "button:contains('Group History')", run: "click" },
        { trigger: ".o_data_row:contains('Students'):contains('Open day')" },
    ],
});

tours.add("customer_group_undo", {
    steps: () => [
        {
            trigger: ".o_data_row:contains('Open day') button[name='action_undo']",
            run: "click",
        },
        { trigger: ".modal-footer button:text(Undo)", run: "click" },
        { trigger: ".o_notification:contains('2 of 2 steps undone')" },
    ],
});

const name = ".modal .o_field_widget[name='name'] input";

tours.add("customer_group_plus", {
    steps: () => [
        { trigger: `${field} button[aria-label='New Customer Group']`, run: "click" },
        { trigger: name, run: "edit Whole sale" },
        { trigger: ".modal .o_form_button_save", run: "click" },
        {
            content: "saving stops at a group of nearly the same name",
            trigger: ".modal [role='alert']:contains('Trade / Wholesale')",
        },
        { trigger: ".modal .o_customer_group_use", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: chip("Wholesale") },
        { trigger: `${field} .o_customer_group_create`, run: "click" },
        { trigger: name, run: "edit Spring fair" },
        { trigger: ".modal .o_colorlist_item_color_7", run: "click" },
        ...type(".modal .o_field_widget[name='parent_id'] input", "private"),
        pick("Private"),
        { trigger: ".modal .o_form_button_save", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: `${chip("Spring fair")}.o_tag_color_7` },
        ...stepUtils.saveForm(),
        { trigger: chip("Spring fair"), run: "click" },
        { trigger: ".o_breadcrumb:contains('Private / Spring fair')" },
    ],
});

tours.add("customer_group_ask", {
    steps: () => [
        { trigger: `${field}:not(:has(.o_customer_group_create))` },
        ...typeGroup("Spring fair"),
        pick("Ask for a Group"),
        { trigger: `${name}:value(Spring fair)` },
        {
            trigger: ".modal .o_field_widget[name='reason'] textarea",
            run: "edit To invite them again",
        },
        { trigger: ".modal button:contains('Send Request')", run: "click" },
        { trigger: ".o_notification:contains('sent to the managers')" },
        { trigger: "body:not(:has(.modal))" },
    ],
});

tours.add("customer_group_approve", {
    steps: () => [
        { trigger: ".o_data_cell:text(Spring fair)", run: "click" },
        {
            trigger:
                ".o_field_widget[name='reason'] textarea:value(To invite them again)",
        },
        { trigger: ".o_colorlist_item_color_7", run: "click" },
        { trigger: "button[name='action_decline']", run: "click" },
        {
            content: "declining needs a word to the requester",
            trigger: ".modal:contains('Write an answer first') .btn-primary",
            run: "click",
        },
        { trigger: "button[name='action_approve']", run: "click" },
        { trigger: ".o_arrow_button_current:contains('Approved')" },
        { trigger: ".o_field_widget[name='group_id']:contains('Spring fair')" },
    ],
});

tours.add("customer_group_phone_plus", {
    steps: () => [
        { trigger: `${field} .o_customer_group_create`, run: "click" },
        { trigger: name, run: "edit Spring fair" },
        { trigger: ".modal .o_form_button_save", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: chip("Spring fair") },
        ...stepUtils.saveForm(),
    ],
});

tours.add("customer_group_exclusive", {
    steps: () => [
        { trigger: chip("Wholesale") },
        { trigger: chip("Students") },
        ...typeGroup("retail"),
        pick("Trade / Retail chains"),
        { trigger: chip("Retail chains") },
        ...stepUtils.saveForm(),
        {
            content: "the new choice has replaced the old one, and no other group",
            trigger: `${field}:not(:contains('Wholesale')):contains('Retail chains'):contains('Students')`,
        },
    ],
});
