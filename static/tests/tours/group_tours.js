import { registry } from "@web/core/registry";
import { pick, search, seeOnly, type } from "./helpers";

const tours = registry.category("web_tour.tours");
const name = ".o_field_widget[name='name'] textarea";
const isNew = { trigger: ".o_customer_group_pane h2:contains('New Customer Group')" };
const row = (text) => `.o_customer_group_row:has(.o_customer_group_name:text(${text}))`;

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
            run: (helpers) =>
                helpers.drag_and_drop(row("Trade"), {
                    position: { top: 15, left: 60 },
                    relative: true,
                }),
        },
        { trigger: `${row("Private")}[aria-level='2']` },
        {
            trigger:
                ".o_notification:contains('with its 1 subgroups') button:text(Undo)",
            run: "click",
        },
        { trigger: `${row("Private")}[aria-level='1']` },
        { trigger: ".o_switch_view.o_list", run: "click" },
        { trigger: ".o_list_view .o_data_row" },
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
        { trigger: ".o_customer_group_tabs:not(:contains('Changes'))" },
        { trigger: "button[data-tab='members']:contains(3)", run: "click" },
        { trigger: ".o_customer_group_pane .o_data_row:contains(Cleo)" },
        { trigger: ".o_switch_view.o_list", run: "click" },
        { trigger: ".o_list_view:has(.o_data_row):not(:has(.o_list_button_add))" },
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

tours.add("customer_group_merge", {
    steps: () => {
        const tick = (path) => ({
            trigger: `.o_data_row:has(.o_data_cell:text(${path})) .o_list_record_selector input`,
            run: "click",
        });
        const count = (field, number) => ({
            trigger: `.modal .o_field_widget[name='${field}']:contains('${number}')`,
        });
        const remain = (text, path) => [
            ...type(".modal .o_field_widget[name='target_id'] input", text),
            {
                trigger: `.o-autocomplete--dropdown-item a:text(${path})`,
                run: "click",
            },
        ];
        return [
            { trigger: ".o_switch_view.o_list", run: "click" },
            tick("Private / Students"),
            tick("Trade / Wholesale"),
            { trigger: ".o_cp_action_menus button:contains('Actions')", run: "click" },
            {
                trigger: ".o-dropdown--menu .o_menu_item:contains('Merge Groups')",
                run: "click",
            },
            {
                content: "the larger group is to remain",
                trigger:
                    ".modal .o_field_widget[name='target_id'] input:value(Trade / Wholesale)",
            },
            count("present_count", 2),
            count("already_count", 1),
            count("subgroup_count", 1),
            remain("students", "Private / Students"),
            count("present_count", 1),
            count("joining_count", 1),
            ...type(".modal .o_field_widget[name='group_ids'] input", "EU"),
            pick("Trade / Wholesale / EU"),
            count("joining_count", 2),
            remain("wholesale", "Trade / Wholesale / EU"),
            {
                content: "a group does not go into its own subgroup",
                trigger:
                    ".modal:contains('which would be deleted'):not(:has(button[name='action_merge']))",
            },
            remain("wholesale", "Trade / Wholesale"),
            count("joining_count", 1),
            { trigger: ".modal button[name='action_merge']", run: "click" },
            { trigger: ".o_notification:contains('New members: 1')" },
            {
                trigger:
                    ".o_form_view .o-mail-Message:contains('Private / Students (members: 1)')",
            },
        ].flat();
    },
});

tours.add("customer_group_duplicate", {
    steps: () => [
        { trigger: ".o_cp_action_menus button:has(.fa-cog)", run: "click" },
        {
            trigger: ".o-dropdown--menu:not(:contains('Merge Groups'))",
        },
        {
            trigger:
                ".o-dropdown--menu .o_menu_item:contains('Duplicate with Members')",
            run: "click",
        },
        { trigger: ".o_notification:contains('Members copied: 2.')" },
        { trigger: ".o_breadcrumb:contains('Wholesale (copy)')" },
        { trigger: "button[name='action_view_members']:contains('2')" },
    ],
});

tours.add("customer_group_from_tags", {
    steps: () => [
        {
            trigger: ".o_data_row:has(.o_data_cell:contains('Key/customers')) input",
            run: "click",
        },
        { trigger: ".o_cp_action_menus button:has(.fa-cog)", run: "click" },
        {
            trigger:
                ".o-dropdown--menu .o_menu_item:contains('Turn Tags into Customer Groups')",
            run: "click",
        },
        {
            content: "see what will become of the tags",
            trigger:
                ".modal .o_data_row:contains('Key/customers'):contains('Key - customers'):contains('New')",
        },
        { trigger: ".modal .o_field_widget[name='add_count']:text(2)" },
        ...type(".modal .o_field_widget[name='parent_id'] input", "priv"),
        pick("Private"),
        { trigger: ".modal .o_data_cell:text(Private / Key - customers)" },
        {
            trigger: ".modal .o_field_widget[name='with_subtags'] input",
            run: "uncheck",
        },
        { trigger: ".modal .o_field_widget[name='add_count']:text(1)" },
        { trigger: ".modal-footer button[name='action_apply']", run: "click" },
        {
            content: "see the result",
            trigger: ".modal .o_field_widget[name='added']:text(1)",
        },
        { trigger: ".modal-footer button[name='action_open_groups']", run: "click" },
        { trigger: ".o_breadcrumb:contains('Customer Groups')" },
        { trigger: row("Key - customers") },
    ],
});

/** Tick the row of a contact, in the list or in the dialog that is in front. */
const tick = (contact, scope = "") => ({
    trigger: `${scope} .o_data_row:contains('${contact}') .o_list_record_selector input`,
    run: "click",
});

tours.add("customer_group_add_members", {
    steps: () => [
        { trigger: "button[name='action_view_members']:contains('3')", run: "click" },
        ...seeOnly("Anna", "Ben", "Cleo"),
        { trigger: ".o_control_panel button:text(Add Contacts)", run: "click" },
        {
            content: "members are not offered again",
            trigger:
                ".modal .o_list_view:has(.o_data_row:contains('Cleo')):not(:has(.o_data_row:contains('Ben')))",
        },
        {
            trigger: ".modal .o_searchview_input",
            run: "edit Dora",
        },
        {
            trigger: ".o_searchview_autocomplete .o-dropdown-item:has(b:text(Name))",
            run: "click",
        },
        { trigger: ".modal .o_searchview_facet:contains('Dora')" },
        { trigger: ".modal .o_data_row:count(1)" },
        tick("Dora", ".modal"),
        { trigger: ".modal button:text(Add to Group)", run: "click" },
        {
            content: "the group is chosen already",
            trigger: ".modal [name='group_ids'] .o_tag:contains('Wholesale')",
        },
        { trigger: ".modal [name='change_count']:contains('1')" },
        { trigger: ".modal [name='reason'] input", run: "edit Asked for it" },
        { trigger: ".modal-footer button:text(Add to Groups)", run: "click" },
        { trigger: ".modal [name='added']:contains('1')" },
        { trigger: ".modal-footer button:text(Close)", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        ...seeOnly("Anna", "Ben", "Cleo", "Dora"),
        tick("Cleo"),
        { trigger: ".o_control_panel button:text(Remove from Group)", run: "click" },
        {
            content: "Cleo is a member through a subgroup",
            trigger: ".modal [name='subgroup_ids'] .o_tag:contains('EU')",
        },
        { trigger: ".modal [name='include_subgroups'] input:checked" },
        { trigger: ".modal-footer button:text(Remove from Groups)", run: "click" },
        { trigger: ".modal [name='removed']:contains('1')" },
        { trigger: ".modal-footer button:text(Undo)", run: "click" },
        { trigger: ".o_notification:contains('1 of 1 steps undone')" },
        ...seeOnly("Anna", "Ben", "Cleo", "Dora"),
    ],
});

tours.add("customer_group_read_members", {
    steps: () => [
        { trigger: "button[name='action_view_members']:contains('3')", run: "click" },
        ...seeOnly("Anna", "Ben", "Cleo"),
        { trigger: ".o_control_panel:not(:contains('Add Contacts'))" },
        tick("Ben"),
        { trigger: ".o_selection_box:contains('1')" },
        { trigger: ".o_control_panel:not(:contains('Remove from Group'))" },
    ],
});

tours.add("customer_group_history", {
    steps: () => [
        { trigger: "button .o_stat_text:text(Changes)", run: "click" },
        {
            content: "the line names the group and takes the change back",
            trigger:
                ".o_data_row:contains('Fair') [name='group_ids'] .o_tag:contains('EU')",
        },
        {
            trigger: ".o_data_row:contains('Fair') button[name='action_undo']",
            run: "click",
        },
        { trigger: ".modal-footer button:text(Undo)", run: "click" },
        { trigger: ".o_notification:contains('1 of 1 steps undone')" },
        { trigger: ".breadcrumb-item a:contains('Wholesale')", run: "click" },
        { trigger: "button .o_stat_text:text(History)", run: "click" },
        { trigger: ".o_data_row:contains('Dora'):contains('Fair')" },
        { trigger: "button:text(Members on a Date)", run: "click" },
        {
            trigger:
                ".modal .o_field_widget[name='group_id'] input:value(/Wholesale$/)",
        },
        { trigger: ".modal-footer button:text(Show Members)", run: "click" },
        { trigger: ".o_breadcrumb:contains('Trade / Wholesale on ')" },
        ...seeOnly("Anna", "Ben", "Cleo"),
    ],
});
