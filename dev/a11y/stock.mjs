// Issues of Odoo's own markup, which we cannot mend: rule of axe, elements, and why they are
// there. Only this rule is not applied, and only to these.

const avatar = ":is(.o-mail-Avatar, .o_avatar) > img";
const select = ".o_field_selection .o_select_menu";
const searchBar = ".o_control_panel .o_cp_searchview";

export const stock = [
    ["image-alt", avatar, "the name of the user is beside the picture"],
    ["autocomplete-valid", `${select} input`, "how Odoo keeps browsers from filling it in"],
    ["aria-allowed-attr", `${select} > .dropdown-toggle`, "aria-expanded without a role"],
    ["aria-allowed-attr", `${searchBar} .o_searchview`, "aria-expanded of a search"],
    ["aria-allowed-attr", "[aria-selected]:is(.o_tag, .o_searchview_input, .o-autocomplete--input)", "what navigation.js sets on all it moves between"],
    ["aria-required-attr", ".o-autocomplete--input", "no aria-controls while it is open"],
    ["aria-required-children", ".o-autocomplete--dropdown-menu", "a menu of options"],
    ["aria-required-parent", ".o-autocomplete--dropdown-item > a", "an option in a menu"],
    ["listitem", ".o-autocomplete--dropdown-item", "an item of a menu"],
    ["role-img-alt", `${searchBar} .o_searchview_icon`, "icon of the search bar"],
    ["aria-required-parent", ".o_notebook .nav-link", "tabs of a form have no tablist"],
    ["aria-required-parent", ".o_field_color_picker .o_colorlist_toggler", "a menu item without a menu"],
    ["button-name", ".o_optional_columns_dropdown > button", "which columns to show"],
    ["button-name", ".o_search_panel > button", "folds the search panel"],
    ["label", ".o_list_record_selector input", "check boxes of a list"],
    ["role-img-alt", ".o-mail-ActivityButton > i", "clock of the next activity"],
    ["color-contrast", "label.o_form_label", "labels of forms on a phone"],
    ["color-contrast", ".o_setting_right_pane .text-muted > span", "help of a setting"],
    ["color-contrast", ".o_field_badge > .badge", "colors of badges"],
    ["color-contrast", ".o_tree_editor .text-primary", "all or any of the conditions"],
    ["select-name", ".o_tree_editor select", "comparison of a condition"],
    ["*", ".o-mail-Form-chatter *", "messages, activities and followers"],
];
