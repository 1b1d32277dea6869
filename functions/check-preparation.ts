import { CheckPreparationInput, checkPreparation } from '../src/server/prepare/prepare';
import { stage } from '../src/stage';

/** CheckPreparation: how the preparation of the base instance ended, and what is on it. */
export const handler = stage(CheckPreparationInput, checkPreparation);
