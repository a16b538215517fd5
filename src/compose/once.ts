/** A callback that is called back once, however often it is called. */
export function once<Argument>(callback: (argument: Argument) => void): (argument: Argument) => void {
  let called = false;
  return (argument) => {
    if (called) return;
    called = true;
    callback(argument);
  };
}
