import { useSyncExternalStore } from 'react';
import type { Controller } from '../controller.js';
import type { View } from '../view.js';

/** The controller's view; renders again when it changes. */
export function useView(controller: Controller): View {
  return useSyncExternalStore(controller.subscribe, () => controller.view);
}
