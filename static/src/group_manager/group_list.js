import { markup } from "@odoo/owl";

/** Lists beside the form, by the tab that shows them. */
const TAB_ACTIONS = {
    history: "customer_group.customer_group_membership_action_group",
    changes: "customer_group.customer_group_operation_action_group",
};

/** Loads the action of a tab. */
export async function loadTab({ action, orm }, resModel, id, tab) {
    const request =
        tab === "members"
            ? await orm.call(resModel, "action_view_members", [[id]])
            : TAB_ACTIONS[tab];
    const context = { active_id: id, active_ids: [id], active_model: resModel };
    return action.loadAction(request, context);
}

/** Returns the properties of a list that shows an action in the pane. */
export function getListProps(action, openPage) {
    return {
        type: "list",
        resModel: action.res_model,
        domain: action.domain,
        context: action.context,
        views: action.views,
        searchViewId: action.search_view_id?.[0] || false,
        display: { controlPanel: {}, searchPanel: false },
        noBreadcrumbs: true,
        noContentHelp: action.help && markup(action.help),
        loadActionMenus: true,
        loadIrFilters: true,
        selectRecord: (resId, { activeIds: resIds, newWindow }) =>
            openPage(action.res_model, resId, { props: { resIds }, newWindow }),
    };
}
