"""What is wrong with where things stand on a page, as a browser has laid it out."""

#: Sentences about texts that leave the view or the box they belong to, that lie on one another, or
#: that are cut short and are nowhere whole. Of each kind the first few; one names its fellows.
#:
#: A text is judged by what is seen of it: what a scroller or an ellipsis hides is not there. Layers
#: (an open panel, say) cover what is below them, so only texts of one layer are compared.
FLAWS = """() => {
  const MOST = 4, SLACK = 1.5;
  const width = document.documentElement.clientWidth;
  const styles = new Map(), clips = new Map(), layers = new Map();
  const style = (each) => {
    if (!styles.has(each)) styles.set(each, getComputedStyle(each));
    return styles.get(each);
  };
  const isClipping = (each) => each !== document.body && style(each).overflowX !== "visible";
  const EVERYWHERE = { left: -1e6, right: 1e6, top: -1e6, bottom: 1e6 };
  const common = (one, other) => ({
    left: Math.max(one.left, other.left), right: Math.min(one.right, other.right),
    top: Math.max(one.top, other.top), bottom: Math.min(one.bottom, other.bottom),
  });
  const clipOf = (each) => {
    if (!each || each === document.body) return EVERYWHERE;
    if (!clips.has(each)) {
      const outer = clipOf(each.parentElement);
      clips.set(each, isClipping(each) && !each.closest("svg")
        ? common(outer, each.getBoundingClientRect()) : outer);
    }
    return clips.get(each);
  };
  const layerOf = (each) => {
    if (!each || each === document.body) return document.body;
    if (!layers.has(each)) {
      const position = style(each).position;
      layers.set(each, position === "absolute" || position === "fixed" ? each
        : position === "sticky" ? each.closest("thead, tfoot") ?? each
        : layerOf(each.parentElement));
    }
    return layers.get(each);
  };
  const named = (each) => [each.localName, ...each.classList].join(".");
  const quoted = (text) => JSON.stringify(text.trim().replaceAll(/\\s+/g, " ").slice(0, 40));

  const texts = [], range = document.createRange();
  const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
    const parent = node.parentElement;
    if (!node.data.trim() || parent.closest("select, noscript") || !parent.checkVisibility())
      continue;
    range.selectNodeContents(node);
    for (const line of range.getClientRects()) {
      const seen = common(line, clipOf(parent));
      // What is for screen readers only is a pixel wide.
      if (seen.right - seen.left > 2 && seen.bottom - seen.top > 2)
        texts.push({ ...seen, node, parent, layer: layerOf(parent), said: quoted(node.data) });
    }
  }

  const outside = [], over = [], cut = [];
  for (const text of texts) {
    if (text.left < -SLACK || text.right > width + SLACK) {
      outside.push(`${text.said} leaves the view`);
      continue;
    }
    let box = text.parent;
    for (; box && box !== document.body && !box.closest("svg"); box = box.parentElement) {
      if (isClipping(box)) break;
      const { left, right } = box.getBoundingClientRect();
      const isBox = !["inline", "contents"].includes(style(box).display);
      if (isBox && (text.left < left - SLACK || text.right > right + SLACK)) {
        outside.push(`${text.said} sticks out of ${named(box)}`);
        break;
      }
      if (box === text.layer) break;
    }
  }

  // Lines may be set closer than their letters are high: only the middle of each counts.
  const middle = ({ top, bottom }) => [top + (bottom - top) * 0.3, bottom - (bottom - top) * 0.3];
  let near = [];
  for (const text of texts.sort((one, other) => one.top - other.top)) {
    const [top, bottom] = middle(text);
    near = near.filter((each) => each.bottom > text.top);
    for (const each of near) {
      const [itsTop, itsBottom] = middle(each);
      const shared = Math.min(text.right, each.right) - Math.max(text.left, each.left);
      if (each.node !== text.node && each.layer === text.layer && shared > SLACK
          && Math.min(bottom, itsBottom) - Math.max(top, itsTop) > SLACK)
        over.push(`${text.said} lies on ${each.said} in ${named(each.parent)}`);
    }
    near.push(text);
  }

  const isWhole = (each) => each.title || each.closest("[title]") || each.querySelector("[title]");
  for (const each of new Set(texts.map((text) => text.parent))) {
    const box = [each, each.parentElement].find((one) =>
      style(one).textOverflow === "ellipsis" && one.scrollWidth > one.clientWidth + 1
      || style(one).webkitLineClamp !== "none" && one.scrollHeight > one.clientHeight + 1);
    if (box && !isWhole(box))
      cut.push(`${quoted(box.textContent)} is cut short in ${named(box)} and nowhere whole`);
  }
  return [outside, over, cut].flatMap((each) => [...new Set(each)].slice(0, MOST));
}"""
