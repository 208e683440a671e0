/**
 * What runs in the page: charts become interactive shortly before they come into view, in place of their pictures and
 * at their size; code unfolds all at once; the contents show where one is. The page is whole without it.
 *
 * Expressions are interpreted (`ast`) and not compiled, so the page's policy need not allow eval; nothing is loaded.
 */
export const drawCharts = `'use strict';
(() => {
  const draw = async (figure) => {
    const spec = JSON.parse(figure.querySelector('script').textContent);
    const loader = vega.loader();
    const sanitize = loader.sanitize.bind(loader);
    loader.load = () => Promise.reject(new Error('This page loads nothing.'));
    loader.sanitize = (address, options) => /^data:image\\//.test(address)
      ? sanitize(address, options) : Promise.reject(new Error('This page loads nothing.'));
    const actions = { export: true, source: false, compiled: false, editor: false };
    await vegaEmbed(figure.querySelector('.live'), spec, { actions, ast: true, defaultStyle: '/* the page has its own */', renderer: 'svg', loader, tooltip: { theme: 'report' } });
    const svg = figure.querySelector('.live svg.marks');
    if (!svg.hasAttribute('viewBox')) svg.setAttribute('viewBox', '0 0 ' + svg.getAttribute('width') + ' ' + svg.getAttribute('height'));
    // Letters measured here may be narrower than the picture has room for: the same size all the same, from the left.
    svg.setAttribute('preserveAspectRatio', 'xMinYMin meet');
    const menu = figure.querySelector('.live summary');
    if (menu) menu.setAttribute('aria-label', 'Save this chart');
    figure.classList.add('ready');
  };
  const charts = document.querySelectorAll('figure.chart');
  if (charts.length && window.vegaEmbed) {
    const near = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        draw(target).catch((error) => { target.dataset.failure = error.message; });
      }
    }, { rootMargin: '800px 0px' });
    charts.forEach((chart) => near.observe(chart));
  }

  const button = document.querySelector('#unfold');
  const cells = document.querySelectorAll('details.code');
  if (button && cells.length) {
    button.addEventListener('click', () => {
      const open = button.getAttribute('aria-pressed') !== 'true';
      button.setAttribute('aria-pressed', String(open));
      cells.forEach((cell) => { cell.open = open || 'parameters' in cell.dataset; });
    });
  }

  const links = new Map([...document.querySelectorAll('#contents a')].map((link) => [link.hash.slice(1), link]));
  const headings = [...links.keys()].map((anchor) => document.getElementById(decodeURIComponent(anchor))).filter(Boolean);
  const mark = () => {
    const passed = headings.filter((heading) => heading.getBoundingClientRect().top < 140).at(-1);
    for (const [anchor, link] of links) {
      if (passed && decodeURIComponent(anchor) === passed.id) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
    const current = document.querySelector('#contents [aria-current]');
    const nav = document.querySelector('#contents');
    if (current && nav.scrollHeight > nav.clientHeight) {
      const place = current.offsetTop - nav.clientHeight / 2;
      if (Math.abs(nav.scrollTop - place) > nav.clientHeight / 3) nav.scrollTop = place;
    }
  };
  let waiting = false;
  addEventListener('scroll', () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; mark(); });
  }, { passive: true });
  mark();
})();`;
