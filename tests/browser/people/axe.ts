import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** Nothing that keeps somebody from using the page. What just fades in or out has no contrast yet: that is looked at again. */
export async function expectAccessible(page: Page): Promise<void> {
  if ((await graveOf(page)).length === 0) return;
  await page.waitForFunction(() =>
    document.getAnimations().every((one) => one.playState !== 'running' || one.effect?.getComputedTiming().endTime === Infinity),
  );
  expect(await graveOf(page)).toEqual([]);
}

async function graveOf(page: Page): Promise<string[]> {
  // Of what is right nothing is written down, and no other page is opened to sum up: none that is looked at has frames.
  const { violations } = await new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).setLegacyMode().analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}
