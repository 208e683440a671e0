/** Compiles lib/ before the tests: processes and threads that they start run what is compiled. */
export { freshDist as setup } from './commands/dist';
