/** Lives in a shadow root as a constructed sheet: no host page's rules reach it, and no style-src forbids it. */
export const LOOK = `
:host {
  all: initial !important;
  position: fixed !important;
  inset: 0 !important;
  z-index: 2147483000 !important;
  display: block !important;
  pointer-events: none !important;
  color-scheme: light dark;
  --accent: #3b5bdb;
  --ink: #fff;
}
/* An open panel stands above the buttons of other queues. */
:host([data-shown]) { z-index: 2147483001 !important; }
* { box-sizing: border-box; font: 500 15px/20px system-ui, sans-serif; }
.open {
  position: absolute;
  right: max(16px, env(safe-area-inset-right));
  bottom: calc(max(16px, env(safe-area-inset-bottom)) + var(--row, 0) * 64px);
  display: flex;
  align-items: center;
  gap: 8px;
  min-height: 52px;
  max-width: calc(100% - 32px);
  padding: 0 20px 0 16px;
  border: 0;
  border-radius: 26px;
  background: var(--accent);
  color: var(--ink);
  box-shadow: 0 2px 8px #0004, 0 0 0 1px #fff3;
  cursor: pointer;
  pointer-events: auto;
}
.left .open { right: auto; left: max(16px, env(safe-area-inset-left)); }
.open span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.open .badge {
  flex: none;
  min-width: 24px;
  padding: 2px 8px;
  border-radius: 12px;
  background: var(--ink);
  color: var(--accent);
  font-variant-numeric: tabular-nums;
  text-align: center;
}
.open .badge:empty { display: none; }
.panel[data-shown='true'] + .open { visibility: hidden; }
svg { flex: none; width: 22px; height: 22px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
:focus-visible { outline: 3px solid light-dark(#1b1f27, #fff); outline-offset: 2px; }
.panel {
  position: absolute;
  right: max(16px, env(safe-area-inset-right));
  bottom: max(16px, env(safe-area-inset-bottom));
  display: flex;
  flex-direction: column;
  width: min(400px, calc(100% - 32px));
  height: min(680px, calc(100% - 32px));
  overflow: hidden;
  border-radius: 12px;
  background: light-dark(#f6f7f9, #15171c);
  color: light-dark(#1b1f27, #e6e8ed);
  box-shadow: 0 8px 32px #0005, 0 0 0 1px light-dark(#0002, #fff3);
  pointer-events: auto;
  transition: transform 150ms, opacity 150ms;
}
.left .panel { right: auto; left: max(16px, env(safe-area-inset-left)); }
/* Out of sight, not out of the document: the call in the frame goes on. */
.panel[data-shown='false'] { visibility: hidden; opacity: 0; transform: translateY(16px); pointer-events: none; }
header { display: flex; align-items: center; gap: 4px; padding: 4px 4px 4px 16px; background: light-dark(#fff, #1c1f26); }
h2 { flex: 1; margin: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 600; }
header button { display: grid; place-items: center; width: 44px; height: 44px; border: 0; border-radius: 8px; background: none; color: inherit; cursor: pointer; }
header button:hover { background: light-dark(#eef0f4, #262b35); }
iframe { flex: 1; min-height: 0; width: 100%; border: 0; color-scheme: light dark; }
.question { display: flex; flex-wrap: wrap; gap: 8px; padding: 12px 16px; background: light-dark(#fdf1d8, #332812); }
.question[hidden] { display: none; }
.question p { flex-basis: 100%; margin: 0; }
.question button { min-height: 44px; padding: 0 16px; border: 1px solid light-dark(#0004, #fff6); border-radius: 6px; background: light-dark(#fff, #1c1f26); color: inherit; cursor: pointer; }
.question .end { border-color: #c92a2a; background: #c92a2a; color: #fff; }
.said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (max-width: 480px), (max-height: 480px) {
  .panel, .left .panel { inset: 0; width: 100%; height: 100%; border-radius: 0; padding: env(safe-area-inset-top) 0 0; }
}
@media (prefers-reduced-motion: reduce) { .panel { transition: none; } }
@media print { :host { display: none !important; } }
`;
