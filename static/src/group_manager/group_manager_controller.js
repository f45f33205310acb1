import {
    Component,
    markRaw,
    onMounted,
    onWillDestroy,
    onWillStart,
    onWillUpdateProps,
    reactive,
    useRef,
    useState,
} from "@odoo/owl";
import { Domain } from "@web/core/domain";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { KeepLast } from "@web/core/utils/concurrency";
import { uniqueId } from "@web/core/utils/functions";
import { useService } from "@web/core/utils/hooks";
import { CallbackRecorder, useSetupAction } from "@web/search/action_hook";
import { CogMenu } from "@web/search/cog_menu/cog_menu";
import { Layout } from "@web/search/layout";
import { SearchBar } from "@web/search/search_bar/search_bar";
import { useSearchBarToggler } from "@web/search/search_bar/search_bar_toggler";
import { ActionHelper } from "@web/views/action_helper";
import { standardViewProps } from "@web/views/standard_view_props";
import { getListProps, loadTab } from "./group_list";
import { getMoveMessage, getRefusal } from "./group_messages";
import { useGroupNews } from "./group_news";
import { getPaneArch, GroupPane } from "./group_pane";
import { GroupTree } from "./group_tree";
import { GroupTreeModel } from "./group_tree_model";

/** The tree of all groups on the left, the chosen group on the right. */
export class GroupManagerController extends Component {
    static template = "customer_group.GroupManager";
    static components = {
        ActionHelper,
        CogMenu,
        GroupPane,
        GroupTree,
        Layout,
        SearchBar,
    };
    static props = { ...standardViewProps };

    setup() {
        this.actionService = useService("action");
        this.notification = useService("notification");
        this.orm = useService("orm");
        this.viewService = useService("view");
        this.searchBarToggler = useSearchBarToggler();
        this.keepLast = new KeepLast();
        this.keepLastPane = new KeepLast();
        this.tabs = [
            { name: "details", title: _t("Details") },
            { name: "members", title: _t("Members") },
            { name: "history", title: _t("History") },
            { name: "changes", title: _t("Changes"), right: "assign" },
        ];
        this.model = useState(new GroupTreeModel());
        const {
            expanded = [],
            query = "",
            selectedId = false,
            tab = "details",
        } = this.props.state || {};
        this.model.expanded = new Set(expanded);
        this.model.query = query;
        this.state = useState({
            selectedId,
            tab,
            isNew: false,
            hasPane: false,
            countDate: false,
            rights: {},
        });
        this.view = reactive({ pane: null });
        this.onSaved = this.onSaved.bind(this);
        this.onDeleted = this.onDeleted.bind(this);
        this.show = this.show.bind(this);
        this.openPage = this.openPage.bind(this);
        this.onShown();

        onWillStart(async () => {
            await Promise.all([this.load(), this.loadForm()]);
            if (!this.env.isSmall) {
                this.state.selectedId = this.firstId;
            }
        });
        // Only now, so that the tree does not wait for the pane to be seen.
        onMounted(() => this.state.selectedId && this.open(this.state.selectedId));
        onWillUpdateProps((nextProps) => {
            this.keepId = false;
            return this.load(nextProps.domain);
        });
        useSetupAction({
            rootRef: useRef("root"),
            beforeLeave: () => this.leavePane(),
            getLocalState: () => ({
                expanded: [...this.model.expanded],
                query: this.model.query,
                selectedId: this.state.selectedId,
                tab: this.state.tab,
            }),
        });
        useGroupNews((news) => this.readNews(news));
        onWillDestroy(() => (this.pane = null));
    }

    /** @returns {Object | undefined} the chosen group, as the tree knows it */
    get selected() {
        return this.model.nodes.get(this.state.selectedId);
    }

    /** @returns {number | false} the chosen group, or the first one if that is gone */
    get firstId() {
        return this.selected?.id || this.model.roots[0]?.id || false;
    }

    /** @returns {boolean} whether there is no group at all, not even one being made */
    get isEmpty() {
        return !this.model.nodes.size && !this.model.isFiltered && !this.state.isNew;
    }

    // -----------------------------------------------------------------------------
    // Data
    // -----------------------------------------------------------------------------

    async load(domain = this.props.domain) {
        const isFiltered = domain.length > 0;
        if (isFiltered && this.keepId) {
            domain = Domain.or([domain, [["id", "=", this.keepId]]]).toList();
        }
        const { groups, count_date, rights } = await this.keepLast.add(
            this.orm.call(this.props.resModel, "get_tree", [domain], {
                context: this.props.context,
            })
        );
        this.model.load(groups, isFiltered);
        this.state.countDate = count_date
            ? formatDateTime(deserializeDateTime(count_date))
            : false;
        this.state.rights = rights;
    }

    /** Gets the form from the views of the action, which have been loaded with this one. */
    async loadForm() {
        const { actionId, views } = this.env.config;
        const { context, resModel } = this.props;
        const descriptions = await this.viewService.loadViews(
            { context, resModel, views },
            { actionId, loadActionMenus: true, loadIrFilters: true }
        );
        const { arch, actionMenus } = descriptions.views.form;
        const { fields, relatedModels } = descriptions;
        this.form = { arch: getPaneArch(arch), actionMenus, fields, relatedModels };
    }

    /** @param {Map<number, string>} allNews by the ids of the groups that were changed */
    async readNews(allNews) {
        const { isNew, selectedId } = this.state;
        const news =
            isNew || this.ownChange === selectedId ? null : allNews.get(selectedId);
        this.ownChange = false;
        const { pane } = this;
        await this.load();
        if (pane !== this.pane) {
            return;
        }
        const isDirty = await pane?.isDirty?.();
        if (news === "deleted") {
            const message = isDirty
                ? _t(
                      "Somebody else has deleted this group. What you typed is still here, but cannot be saved: copy what you need."
                  )
                : _t("Somebody else has deleted this group.");
            this.notification.add(message, { type: "warning", sticky: isDirty });
        }
        if (pane !== this.pane || isDirty) {
            return; // nothing typed is lost
        } else if (news === "deleted") {
            this.onDeleted();
        } else if (news === "changed") {
            await pane?.reload?.();
        }
    }

    // -----------------------------------------------------------------------------
    // Pane
    // -----------------------------------------------------------------------------

    /** Saves the form; what it returns is false when the user has to correct it first. */
    async leavePane() {
        const results = await Promise.all(
            (this.paneLeave?.callbacks || []).map((callback) => callback())
        );
        return !results.includes(false);
    }

    /**
     * @param {number | false} id group to show; false for none, or a new one
     * @param {Object} [options]
     * @param {string} [options.tab]
     * @param {Object} [options.newIn] parent of a new group to fill in, null for none
     */
    async open(id, { tab = this.state.tab, newIn } = {}) {
        const isNew = newIn !== undefined;
        const paneLeave = new CallbackRecorder();
        const pane = {};
        const isForm = isNew || tab === "details";
        const { services } = this.env;
        const { resModel } = this.props;
        const action = await this.keepLastPane.add(
            isForm ? Promise.resolve() : loadTab(services, resModel, id, tab)
        );
        const viewProps = isForm
            ? this.getFormProps(isNew ? false : id, newIn, pane)
            : getListProps(action, this.openPage);
        viewProps.__beforeLeave__ = paneLeave;
        Object.assign(this, { pane, paneLeave });
        Object.assign(this.state, {
            selectedId: id,
            tab: isNew ? "details" : tab,
            isNew,
            hasPane: Boolean(id || isNew),
        });
        // A new object of props would make the view load again and drop what was typed.
        this.view.pane = this.state.hasPane
            ? { key: uniqueId("pane_"), viewProps: markRaw(viewProps) }
            : null;
    }

    /** Remembers what is in the pane, in case that what comes next cannot be loaded. */
    onShown() {
        const { pane, paneLeave } = this;
        const { selectedId, tab, isNew, hasPane } = this.state;
        this.shown = {
            own: { pane, paneLeave },
            state: { selectedId: hasPane && selectedId, tab, isNew, hasPane },
            view: { ...this.view },
        };
    }

    /** Stays with what is in the pane. */
    onFailed() {
        Object.assign(this, this.shown.own);
        Object.assign(this.state, this.shown.state);
        Object.assign(this.view, this.shown.view);
    }

    getContext(parent) {
        return {
            ...this.props.context,
            ...(parent && { default_parent_id: parent.id }),
        };
    }

    getFormProps(resId, parent, pane) {
        return {
            ...this.form,
            type: "form",
            resModel: this.props.resModel,
            resId,
            // The server then tells the manager what to show, instead of opening a page.
            context: { ...this.getContext(parent), customer_group_manager: true },
            display: { controlPanel: {} },
            loadActionMenus: true,
            noBreadcrumbs: true,
            pane,
            onSaved: this.onSaved,
            onDeleted: this.onDeleted,
            onOpen: this.show,
        };
    }

    /** Opens a form on a page of its own; the breadcrumb leads back to the manager. */
    openPage(resModel, resId, { context = {}, ...options } = {}) {
        const action = { res_model: resModel, res_id: resId, views: [[false, "form"]] };
        return this.actionService.doAction(
            { type: "ir.actions.act_window", ...action, context },
            options
        );
    }

    async onSelect({ id }) {
        if (this.env.isSmall) {
            this.props.selectRecord(id, { activeIds: [...this.model.nodes.keys()] });
        } else if (
            (id !== this.state.selectedId || this.state.isNew) &&
            (await this.leavePane())
        ) {
            await this.open(id);
        }
    }

    async onTab(tab) {
        if (tab !== this.state.tab && (await this.leavePane())) {
            await this.open(this.state.selectedId, { tab });
        }
    }

    /** @param {Object | null} parent */
    async onCreate(parent) {
        if (this.env.isSmall) {
            const context = this.getContext(parent);
            return this.openPage(this.props.resModel, false, { context });
        }
        if (await this.leavePane()) {
            await this.open(this.state.selectedId, { newIn: parent });
        }
    }

    /** Creates a group here, while other views open a page for it. */
    onClickHelp(ev) {
        if (ev.target.closest(".o_customer_group_create")) {
            ev.stopPropagation();
            this.onCreate(null);
        }
    }

    onDiscardNew() {
        this.open(this.state.selectedId);
    }

    async onSaved(id) {
        await this.loadOwn(id);
        Object.assign(this.state, { selectedId: id, isNew: false });
        this.onShown();
    }

    /** Reads the tree after a change of mine, and shows where that group stands. */
    async loadOwn(id) {
        this.ownChange = id;
        this.keepId = id;
        await this.load();
        this.model.reveal(id);
    }

    async show(id) {
        await this.loadOwn(id);
        await this.open(id);
    }

    async onDeleted() {
        this.state.hasPane = false;
        this.view.pane = null;
        this.pane = null;
        this.onShown();
        await this.load();
        await this.open(this.firstId);
    }

    // -----------------------------------------------------------------------------
    // Moving
    // -----------------------------------------------------------------------------

    /** @param {Object | false} target the new parent, false for none */
    async onMove(node, target) {
        if (target && this.model.isWithin(target, node)) {
            this.notification.add(getRefusal(node, target), { type: "warning" });
            return;
        }
        if (!(await this.leavePane())) {
            return;
        }
        const parent = node.parent || false;
        await this.move(node.id, target);
        const count = this.model.countBelow(node);
        const close = this.notification.add(getMoveMessage(node, target, count), {
            type: "success",
            buttons: [
                {
                    name: _t("Undo"),
                    onClick: async () => {
                        await this.move(node.id, parent);
                        close(); // not before: it can be tried again if that fails
                    },
                },
            ],
        });
    }

    async move(id, parent) {
        await this.orm.write(this.props.resModel, [id], {
            parent_id: parent && parent.id,
        });
        await this.show(id);
    }
}
