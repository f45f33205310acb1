import { registry } from "@web/core/registry";
import { search, seeOnly } from "./helpers";

const tours = registry.category("web_tour.tours");
const name = ".o_field_widget[name='name'] textarea";
const isNew = { trigger: ".o_customer_group_pane h2:contains('New Customer Group')" };
const row = (text) =>
    `.o_customer_group_row:has(.o_customer_group_name:text(${text}))`;

tours.add("customer_group_manage", {
    steps: () => [
        {
            trigger: "[data-menu-xmlid='customer_group.customer_group_menu']",
            run: "click",
        },
        { trigger: ".o_customer_group_new", run: "click" },
        isNew,
        { trigger: name, run: "edit Shops" },
        {
            trigger: ".o_field_widget[name='description'] textarea",
            run: "edit Everybody who sells to consumers.",
        },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: `${row("Shops")}[aria-selected='true']` },
        { trigger: ".o_customer_group_new_subgroup", run: "click" },
        isNew,
        {
            content: "the new group has its parent already",
            trigger: ".o_field_widget[name='parent_id'] input:value(Shops)",
        },
        { trigger: name, run: "edit Online" },
        {
            content: "choosing another group saves the new one",
            trigger: row("Trade"),
            run: "click",
        },
        { trigger: `${row("Online")}[aria-level='2']` },
        { trigger: `${name}:value(Trade)` },
        {
            content: "drag a group, with what is below it",
            trigger: row("Private"),
            run: `drag_and_drop ${row("Trade")}`,
        },
        { trigger: `${row("Private")}[aria-level='2']` },
        {
            trigger:
                ".o_notification:contains('with its 1 subgroups') button:text(Undo)",
            run: "click",
        },
        { trigger: `${row("Private")}[aria-level='1']` },
        { trigger: ".o_switch_view.o_list", run: "click" },
        ...search("Group", "shops"),
        { trigger: ".o_data_row .o_data_cell:text(Shops / Online)" },
    ],
});

tours.add("customer_group_read", {
    steps: () => [
        { trigger: ".o_customer_group_find input", run: "edit whole" },
        { trigger: row("Wholesale"), run: "click" },
        {
            content: "the form can be read, not changed",
            trigger: ".o_customer_group_pane .o_form_readonly",
        },
        { trigger: ".o_customer_group_manager:not(:has([draggable]))" },
        { trigger: ".o_control_panel:not(:has(.o_customer_group_new))" },
        { trigger: ".o_customer_group_tab_members:contains(3)", run: "click" },
        { trigger: ".o_customer_group_pane .o_data_row:contains(Cleo)" },
        { trigger: ".o_switch_view.o_list", run: "click" },
        { trigger: ".o_list_view:not(:has(.o_list_button_add))" },
    ],
});

tours.add("customer_group_members", {
    steps: () => [
        {
            content: "three contacts, subgroups included",
            trigger: "button[name='action_view_members']:contains('3')",
            run: "click",
        },
        { trigger: ".o_breadcrumb:contains('Trade / Wholesale')" },
        ...seeOnly("Anna", "Ben", "Cleo"),
    ],
});

tours.add("customer_group_delete", {
    steps: () => [
        { trigger: ".o_cp_action_menus button:has(.fa-cog)", run: "click" },
        { trigger: ".o-dropdown--menu .o_menu_item:contains('Delete')", run: "click" },
        {
            trigger: ".modal:contains('their members stay in your contacts')",
        },
        { trigger: ".modal-footer button:text(Delete)", run: "click" },
        { trigger: ".o_customer_group_manager" },
    ],
});

tours.add("customer_group_settings", {
    steps: () => {
        const everyone =
            ".o_field_widget[name='customer_group_creators'] input[data-value='editors']";
        return [
            { trigger: ".settings_tab .tab[data-key='customer_group']", run: "click" },
            { trigger: everyone, run: "click" },
            {
                trigger: ".o_form_button_save",
                run: "click",
                expectUnloadPage: true,
            },
            { trigger: `${everyone}:checked` },
        ];
    },
});
