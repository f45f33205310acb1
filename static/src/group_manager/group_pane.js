import { Component, onError, onMounted, status, useSubEnv } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { serializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { parseXML } from "@web/core/utils/xml";
import { View } from "@web/views/view";
import { customerGroupFormView } from "../views/customer_group_views";

/** Returns the form of groups as it is in the pane: messages are on a page of their own. */
export function getPaneArch(arch) {
    const form = parseXML(arch);
    form.setAttribute("js_class", "customer_group_pane");
    form.querySelector("chatter")?.remove();
    return form.outerHTML;
}

/** Keeps a view in the pane from changing the breadcrumb and the pager of the screen. */
class EmbeddedView extends Component {
    static template = "customer_group.EmbeddedView";
    static components = { View };
    static props = {
        viewProps: Object,
        historyBack: Function,
        onShown: Function,
        onFailed: Function,
    };

    setup() {
        useSubEnv({
            config: {
                ...this.env.config,
                breadcrumbs: [],
                disableSearchBarAutofocus: true,
                embeddedActions: [],
                historyBack: () => this.props.historyBack(),
                pagerProps: {},
                setDisplayName: () => {},
                viewSwitcherEntries: [],
                views: [],
            },
        });
        onMounted(() => this.props.onShown());
        onError((error) => {
            if (status(this) === "mounted") {
                throw error;
            }
            this.props.onFailed();
            Promise.reject(error); // for the user to see
        });
    }
}

/** What is in the pane. The tree does not wait for it, because it renders on its own. */
export class GroupPane extends Component {
    static template = "customer_group.GroupPane";
    static components = { EmbeddedView };
    static props = {
        view: Object,
        historyBack: Function,
        onShown: Function,
        onFailed: Function,
    };
}

/** Heads the form in the pane: path of the group, state of saving, menu of actions. */
class GroupPaneControlPanel extends Component {
    static template = "customer_group.GroupPaneControlPanel";
    static props = {
        display: { optional: true },
        slots: { type: Object, optional: true },
    };

    setup() {
        this.actionService = useService("action");
    }

    get title() {
        const { data, isNew } = this.env.model.root;
        return isNew ? _t("New Customer Group") : data.display_name;
    }

    /** Opens the same form with its messages and activities. */
    openPage() {
        const { resId, resModel } = this.env.model.root;
        return this.actionService.doAction({
            type: "ir.actions.act_window",
            res_model: resModel,
            res_id: resId,
            views: [[false, "form"]],
        });
    }
}

/**
 * The form of groups, in the pane: tells the manager what happens to its group, and does
 * not overwrite what others have saved meanwhile.
 */
class GroupPaneController extends customerGroupFormView.Controller {
    static props = {
        ...customerGroupFormView.Controller.props,
        pane: Object,
        onSaved: Function,
        onDeleted: Function,
        onOpen: Function,
    };

    setup() {
        super.setup();
        Object.assign(this.props.pane, {
            isDirty: () => this.isThere && this.model.root.isDirty(),
            reload: () => this.isThere && this.model.load(),
        });
    }

    /** @returns {boolean} false before the group is loaded, and after the form is gone */
    get isThere() {
        return status(this) === "mounted";
    }

    async onWillSaveRecord(record, changes) {
        return (
            (await super.onWillSaveRecord(record, changes)) !== false &&
            (record.isNew || this.checkUnchanged(record))
        );
    }

    /** Asks what to do when somebody else has saved the group since it was read here. */
    async checkUnchanged(record) {
        const [current] = await this.orm.read(
            record.resModel,
            [record.resId],
            ["write_date", "write_uid"]
        );
        if (
            !current ||
            current.write_date === serializeDateTime(record.data.write_date)
        ) {
            return true; // one that is gone is for the server to complain about
        }
        return new Promise((resolve) => {
            this.dialogService.add(ConfirmationDialog, {
                title: _t("Changed by somebody else"),
                body: _t(
                    "%s has saved this group since you opened it. Save your changes on top, or drop them and see the other version?",
                    current.write_uid[1]
                ),
                confirmLabel: _t("Save mine"),
                confirm: () => resolve(true),
                cancelLabel: _t("Drop mine"),
                cancel: async () => {
                    resolve(false); // first: the record waits for it
                    await record.discard();
                    await this.model.load();
                },
                dismiss: () => resolve(false),
            });
        });
    }

    async onRecordSaved(record, changes) {
        await super.onRecordSaved(record, changes);
        await this.props.onSaved(record.resId);
    }

    /** Tells the manager what the menu of actions has done. */
    get cogMenuProps() {
        const props = super.cogMenuProps;
        const onActionExecuted = async (params) => {
            if (params?.customer_group_id) {
                await this.props.onOpen(params.customer_group_id);
            } else {
                await props.onActionExecuted(params);
                await this.tellSaved();
            }
        };
        return { ...props, onActionExecuted };
    }

    getStaticActionMenuItems() {
        const items = super.getStaticActionMenuItems();
        const { duplicate, unarchive } = items;
        for (const item of [duplicate, unarchive]) {
            const { callback } = item;
            item.callback = () => this.tellSaved(callback());
        }
        return items;
    }

    get archiveDialogProps() {
        const props = super.archiveDialogProps;
        return { ...props, confirm: () => this.tellSaved(props.confirm()) };
    }

    async tellSaved(done) {
        await done;
        await this.props.onSaved(this.model.root.resId);
    }

    get deleteConfirmationDialogProps() {
        return {
            ...super.deleteConfirmationDialogProps,
            confirm: async () => {
                const { resId } = this.model.root;
                await this.model.root.delete();
                this.props.onDeleted(resId);
            },
        };
    }
}

registry.category("views").add("customer_group_pane", {
    ...customerGroupFormView,
    Controller: GroupPaneController,
    ControlPanel: GroupPaneControlPanel,
});
