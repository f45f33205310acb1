const FIELD = ".o_field_widget[name='customer_group_ids']";

/** Selector of a group on the contact form, short name or path. */
export function chip(name) {
    return `${FIELD} .o_tag:contains('${name}')`;
}

/**
 * Type into a field and wait until its drop-down list offers what matches. Before that
 * it offers everything, in entries that are about to be replaced.
 */
export function type(input, text) {
    const entry = ".o-autocomplete--dropdown-item";
    const other = `${entry}:not([class*='o_m2o_']):not(:contains('${text}'))`;
    return [
        { trigger: input, run: `edit ${text}` },
        {
            content: `wait for what matches ${text}`,
            trigger: `.o-autocomplete--dropdown-menu:not(:has(${other}))`,
        },
    ];
}

/** Type into the groups field of a contact, a lead or the like. */
export function typeGroup(text) {
    return type(`${FIELD} input`, text);
}

/** Click an entry of an open drop-down list, recognized by a part of its text. */
export function pick(text) {
    return {
        trigger: `.o-autocomplete--dropdown-item a:contains('${text}')`,
        run: "click",
    };
}

/** Search in a list or kanban view, in the field with the given label. */
export function search(label, text) {
    return [
        { trigger: ".o_searchview_input", run: `edit ${text}` },
        {
            trigger: `.o_searchview_autocomplete .o-dropdown-item:has(b:text(${label}))`,
            run: "click",
        },
        {
            content: `wait for the facet ${label}: ${text}`,
            trigger: `.o_searchview_facet:contains('${label}'):contains('${text}')`,
        },
    ];
}

/** Open or close the menu with filters and "group by". */
export function toggleSearchMenu() {
    return { trigger: ".o_searchview_dropdown_toggler", run: "click" };
}

/** Choose a filter or a "group by" in the open search menu. */
export function toggleSearchItem(label) {
    return {
        trigger: `.o_search_bar_menu .o_menu_item:text(${label})`,
        run: "click",
    };
}

/** Unfold a group in the search panel. */
export function unfold(name) {
    return {
        trigger: `.o_search_panel_label:has(span:text(${name})) .o_toggle_fold`,
        run: "click",
    };
}

/** Choose a group in the search panel. */
export function chooseInPanel(name) {
    return [
        {
            trigger: `.o_search_panel_label_title:text(${name})`,
            run: "click",
        },
        {
            content: `wait until ${name} is chosen`,
            trigger: `.o_search_panel header.active:contains('${name}')`,
        },
    ];
}

/** See these contacts and no others, in the list or in the kanban view. */
export function seeOnly(...names) {
    const record = ".o_content [data-id^='datapoint_']";
    return [
        {
            content: `see ${names.length} contacts`,
            trigger: `${record}:count(${names.length})`,
        },
        ...names.map((name) => ({ trigger: `${record}:contains('${name}')` })),
    ];
}
