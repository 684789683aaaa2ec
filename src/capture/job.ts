import { addon } from '../native/addon.js';

/** Leaves the process group that the shell made to the command, so that nothing that is sent to it reaches this process. */
export const leaveJob = (): void => addon().leaveJob();

/** Back into it, to use the terminal and to be told what is typed there. */
export const joinJob = (): void => addon().joinJob();
