import {
    Component,
    onMounted,
    useEffect,
    useExternalListener,
    useRef,
    useState,
} from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { browser } from "@web/core/browser/browser";
import { useBus } from "@web/core/utils/hooks";
import { useVirtualGrid } from "@web/core/virtual_grid_hook";
import { GroupTreeModel } from "./group_tree_model";

/** Height of a row in pixels, as in `group_tree.scss`. */
const ROW_HEIGHT = 34;
/** How long a group is dragged over another one, in milliseconds, until that one opens. */
const OPEN_DELAY = 700;

/**
 * The tree of the group manager: only the rows on the screen are in the page, so that it
 * scrolls as smoothly with thousands of groups as with ten.
 *
 * The tree itself has the focus of the keyboard and names the active row
 * (`aria-activedescendant`), because a row that is scrolled away is not in the page.
 */
export class GroupTree extends Component {
    static template = "customer_group.GroupTree";
    static props = {
        model: GroupTreeModel,
        selectedId: { type: [Number, { value: false }] },
        canCreate: Boolean,
        canMove: Boolean,
        countDate: { type: [String, { value: false }] },
        onSelect: Function,
        onCreate: Function,
        onMove: Function,
    };

    setup() {
        this.treeRef = useRef("tree");
        this.findRef = useRef("find");
        this.state = useState({
            activeId: this.props.selectedId,
            dropId: null,
            canDrop: false,
        });
        this.grid = useVirtualGrid({ scrollableRef: this.treeRef, bufferCoef: 0.25 });
        const focus = () => this.treeRef.el.focus();
        // What the arrow down leads to: Odoo's search bar does not let go on Tab.
        useBus(this.env.searchModel, "focus-view", focus);
        onMounted(focus);
        useExternalListener(window, "dragend", () => this.endDrag());
        useEffect(
            (selectedId) => {
                this.state.activeId = selectedId;
                this.scrollTo(selectedId);
            },
            () => [this.props.selectedId, this.model.revealed]
        );
    }

    get model() {
        return this.props.model;
    }

    get visibleRows() {
        const { rows } = this.model;
        if (rows.length !== this.rowCount) {
            this.rowCount = rows.length;
            this.grid.setRowsHeights(rows.map(() => ROW_HEIGHT));
        }
        const [first, last] = this.grid.rowsIndexes || [];
        return first === undefined
            ? []
            : rows
                  .slice(first, last + 1)
                  .map((node, i) => ({ node, top: (first + i) * ROW_HEIGHT }));
    }

    get height() {
        return this.model.rows.length * ROW_HEIGHT;
    }

    get activeIndex() {
        const index = this.model.rows.findIndex(
            (node) => node.id === this.state.activeId
        );
        return Math.max(index, 0);
    }

    getCount(node) {
        return node.children.length ? node.total : node.direct;
    }

    getCountTitle({ direct, total }) {
        const values = { direct, total, date: this.props.countDate };
        return this.props.countDate
            ? _t(
                  "%(direct)s in this very group, %(total)s with its subgroups, as counted on %(date)s",
                  values
              )
            : _t("%(direct)s in this very group, %(total)s with its subgroups", values);
    }

    scrollTo(id) {
        const index = this.model.rows.findIndex((node) => node.id === id);
        const tree = this.treeRef.el;
        if (index >= 0 && tree) {
            const top = index * ROW_HEIGHT;
            if (top < tree.scrollTop) {
                tree.scrollTop = top;
            } else if (top + ROW_HEIGHT > tree.scrollTop + tree.clientHeight) {
                tree.scrollTop = top + ROW_HEIGHT - tree.clientHeight;
            }
        }
    }

    // -----------------------------------------------------------------------------
    // Keyboard
    // -----------------------------------------------------------------------------

    activate(index) {
        const { rows } = this.model;
        const node = rows[Math.min(Math.max(index, 0), rows.length - 1)];
        if (node) {
            this.state.activeId = node.id;
            this.scrollTo(node.id);
        }
    }

    /** Does what the pattern of a tree asks for: https://www.w3.org/WAI/ARIA/apg/patterns/treeview/ */
    onKeydown(ev) {
        const index = this.activeIndex;
        const node = this.model.rows[index];
        const isRtl = getComputedStyle(this.treeRef.el).direction === "rtl";
        const [inwards, outwards] = isRtl
            ? ["ArrowLeft", "ArrowRight"]
            : ["ArrowRight", "ArrowLeft"];
        if (ev.ctrlKey || ev.altKey || ev.metaKey || !node) {
            return;
        } else if (ev.key === "ArrowDown") {
            this.activate(index + 1);
        } else if (ev.key === "ArrowUp") {
            this.activate(index - 1);
        } else if (ev.key === "Home") {
            this.activate(0);
        } else if (ev.key === "End") {
            this.activate(this.model.rows.length - 1);
        } else if (ev.key === inwards && node.children.length) {
            if (this.model.isOpen(node)) {
                this.activate(index + 1);
            } else {
                this.toggle(node);
            }
        } else if (ev.key === outwards && this.model.isOpen(node)) {
            this.toggle(node);
        } else if (ev.key === outwards && node.parent) {
            this.activate(this.model.rows.indexOf(node.parent));
        } else if (ev.key === "*") {
            this.openAll(true);
        } else if (ev.key === "Enter" || ev.key === " ") {
            this.props.onSelect(node);
        } else if (ev.key.length === 1) {
            this.findRef.el.focus(); // and the browser types the character there
            return;
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }

    onFindKeydown(ev) {
        if (ev.key === "ArrowDown" || ev.key === "Enter") {
            const match = this.model.rows.find((node) => this.model.isMatch(node));
            if (match) {
                this.activate(this.model.rows.indexOf(match));
                this.treeRef.el.focus();
                if (ev.key === "Enter") {
                    this.props.onSelect(match);
                }
            }
        } else if (ev.key === "Escape" && this.model.query) {
            this.find("");
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }

    find(query) {
        this.model.setQuery(query);
        this.treeRef.el.scrollTop = 0;
    }

    toggle(node) {
        this.model.setOpen(node, !this.model.isOpen(node));
    }

    openAll(isOpen) {
        this.model.setAllOpen(isOpen);
    }

    onClick(node) {
        this.state.activeId = node.id;
        this.props.onSelect(node);
    }

    // -----------------------------------------------------------------------------
    // Drag and drop
    // -----------------------------------------------------------------------------

    onDragStart(node, ev) {
        this.dragged = node;
        this.state.isDragging = true;
        if (ev.dataTransfer) {
            ev.dataTransfer.effectAllowed = "move";
            ev.dataTransfer.setData("text/plain", node.name);
        }
    }

    /** @param {Object | false} target group to become the parent, false for none */
    isElsewhere(target) {
        const { dragged } = this;
        return dragged && target !== dragged && target !== (dragged.parent || false);
    }

    onDragOver(target, ev) {
        if (!this.isElsewhere(target)) {
            this.state.dropId = null;
            return;
        }
        ev.preventDefault();
        this.state.canDrop = !target || !this.model.isWithin(target, this.dragged);
        const dropId = target ? target.id : false;
        if (this.state.dropId !== dropId) {
            this.state.dropId = dropId;
            browser.clearTimeout(this.openTimeout);
            this.openTimeout = browser.setTimeout(() => {
                if (target && this.state.dropId === dropId) {
                    this.model.setOpen(target, true);
                }
            }, OPEN_DELAY);
        }
    }

    onDrop(target, ev) {
        ev.preventDefault();
        const dragged = this.dragged;
        const isElsewhere = this.isElsewhere(target);
        this.endDrag();
        if (isElsewhere) {
            this.props.onMove(dragged, target);
        }
    }

    endDrag() {
        browser.clearTimeout(this.openTimeout);
        this.dragged = null;
        this.state.isDragging = false;
        this.state.dropId = null;
    }
}
