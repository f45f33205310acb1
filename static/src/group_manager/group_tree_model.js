import { normalize } from "@web/core/l10n/utils";

/**
 * The groups as a tree, and which of its rows are to be seen. Knows nothing of the server
 * nor of the screen.
 */
export class GroupTreeModel {
    /** @type {Map<number, Object>} all groups, parents before their subgroups */
    nodes = new Map();
    /** @type {Object[]} the main groups */
    roots = [];
    /** @type {Object[]} nodes in the order in which they are shown */
    rows = [];
    expanded = new Set();
    query = "";
    key = "";
    isFiltered = false;

    /**
     * @param {Object[]} groups as `get_tree` of the server returns them
     * @param {boolean} isFiltered whether a search has left out some of them
     */
    load(groups, isFiltered) {
        this.isFiltered = isFiltered;
        this.nodes = new Map();
        this.roots = [];
        for (const group of groups) {
            const parent = this.nodes.get(group.parent_id);
            const siblings = parent ? parent.children : this.roots;
            const level = parent ? parent.level + 1 : 1;
            const path = parent ? `${parent.path} / ${group.name}` : group.name;
            const position = siblings.length + 1;
            const node = { ...group, parent, path, level, position, children: [] };
            siblings.push(node);
            this.nodes.set(group.id, node);
        }
        this.update();
    }

    /** Decides anew which rows are to be seen. */
    update() {
        this.key = normalize(this.query.trim());
        this.found = this.key ? this.getFound() : null;
        this.rows = [];
        this.addRows(this.roots);
    }

    /** What is below a group that was found can be seen as well, when it is opened. */
    addRows(nodes, isBelowFound = false) {
        for (const node of nodes) {
            if (!this.found || isBelowFound || this.found.has(node.id)) {
                this.rows.push(node);
                if (this.isOpen(node)) {
                    this.addRows(node.children, isBelowFound || this.isMatch(node));
                }
            }
        }
    }

    /** Returns the ids of the groups that are looked for, and of those above them. */
    getFound() {
        const found = new Set();
        for (const node of this.nodes.values()) {
            if (this.hasKey(node)) {
                for (let each = node; each && !found.has(each.id); each = each.parent) {
                    found.add(each.id);
                }
            }
        }
        return found;
    }

    hasKey(node) {
        return normalize(this.key.includes("/") ? node.path : node.name).includes(
            this.key
        );
    }

    /** Returns whether a group is meant itself, and does not only lead to others. */
    isMatch(node) {
        return node.match && (!this.key || this.hasKey(node));
    }

    isOpen(node) {
        return (
            node.children.length > 0 &&
            (this.isFiltered ||
                this.expanded.has(node.id) ||
                node.children.some((child) => this.found?.has(child.id)))
        );
    }

    /** @returns {boolean} whether a group is another one or stands below it */
    isWithin(node, other) {
        while (node && node !== other) {
            node = node.parent;
        }
        return Boolean(node);
    }

    countBelow(node) {
        return node.children.reduce(
            (count, child) => count + 1 + this.countBelow(child),
            0
        );
    }

    setQuery(query) {
        this.query = query;
        this.update();
    }

    setOpen(node, isOpen) {
        this.expanded[isOpen ? "add" : "delete"](node.id);
        this.update();
    }

    setAllOpen(isOpen) {
        const parents = [...this.nodes.values()].filter((node) => node.children.length);
        this.expanded = new Set(isOpen ? parents.map((node) => node.id) : []);
        this.update();
    }

    /** Opens what is above a group, so that its row is there. */
    reveal(id) {
        for (let node = this.nodes.get(id)?.parent; node; node = node.parent) {
            this.expanded.add(node.id);
        }
        this.update();
    }
}
