// Makes a part of a page what it is now, and touches nothing that is the same: the focus, what is folded open, what is chosen or half typed, and the
// place on the page stay. Elements with an id are the same ones as before, wherever they stand now.
"use strict";
const renew = (() => {
  const FIELDS = "input[id], select[id], textarea[id]";

  // `text` is what `box` holds now. An empty element with `data-kept` stands for the one of its id that is there already. Answers false, and does nothing,
  // if there is none such. `touched` has the ids of fields that someone changed.
  function renew(box, text, touched) {
    const fresh = document.createElement("template");
    fresh.innerHTML = text;
    for (const kept of fresh.content.querySelectorAll("[data-kept]")) if (!within(box, kept.id)) return false;
    const work = { box, touched, used: new Set(), left: [] };
    inside(box, fresh.content, work);
    for (const node of work.left) if (!work.used.has(node)) node.remove();
    return true;
  }
  function within(box, id) {
    const found = id && document.getElementById(id);
    return found && box.contains(found) ? found : null;
  }

  // Whatever is left over may be wanted further down, and goes in the end.
  function inside(old, fresh, work) {
    let at = old.firstChild;
    for (const want of [...fresh.childNodes]) {
      let node = want.id ? named(want, work) : unnamed(at, want, work);
      if (!node) {
        node = document.importNode(want, false);
        old.insertBefore(node, at);
      } else if (node !== at) {
        place(old, node, at);
      }
      work.used.add(node);
      if (node.nodeType !== Node.ELEMENT_NODE) {
        if (node.data !== want.data) node.data = want.data;
      } else if (!want.hasAttribute("data-kept")) {
        if (!node.isEqualNode(want)) change(node, want, work);
        else for (const field of node.querySelectorAll(FIELDS)) settle(field, work);
        if (node.matches(FIELDS)) settle(node, work);
      }
      at = node.nextSibling;
    }
    for (; at; at = at.nextSibling) work.left.push(at);
  }
  function change(node, want, work) {
    const chosen = node.nodeName === "SELECT" && work.touched.has(node.id) ? node.value : null;
    dress(node, want);
    inside(node, want, work);
    if (chosen !== null) node.value = chosen;
  }
  function named(want, { box, used }) {
    const found = within(box, want.id);
    return found && found.nodeName === want.nodeName && !used.has(found) ? found : null;
  }
  function unnamed(at, want, { used }) {
    for (let node = at; node; node = node.nextSibling) {
      if (!node.id && node.nodeName === want.nodeName && !used.has(node)) return node;
    }
    return null;
  }
  function place(parent, node, before) {
    if (parent.moveBefore && node.isConnected) parent.moveBefore(node, before); else parent.insertBefore(node, before);
  }

  // What is folded open stays open, and a button that was pressed stays so until there is an answer.
  function dress(node, want) {
    for (const { name } of [...node.attributes]) {
      if (!want.hasAttribute(name) && name !== "aria-busy" && !(name === "open" && node.nodeName === "DETAILS")) node.removeAttribute(name);
    }
    for (const { name, value } of want.attributes) if (node.getAttribute(name) !== value) node.setAttribute(name, value);
  }
  // A field says what the page says, unless someone has said otherwise.
  function settle(field, { touched }) {
    const same = field.type === "radio" && field.form ? [...field.form.elements].filter((other) => other.name === field.name) : [field];
    if (same.some((one) => touched.has(one.id))) return;
    if (field.nodeName === "SELECT") {
      const said = Math.max([...field.options].findIndex((option) => option.defaultSelected), 0);
      if (field.selectedIndex !== said) field.selectedIndex = said;
    } else if (field.type === "checkbox" || field.type === "radio") {
      if (field.checked !== field.defaultChecked) field.checked = field.defaultChecked;
    } else if (field.value !== field.defaultValue) {
      field.value = field.defaultValue;
    }
  }
  return renew;
})();
