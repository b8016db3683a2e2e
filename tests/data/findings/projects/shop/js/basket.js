var unused = 1;
export function total(lines) {
  if (lines.length == 0) { return undefinedName }
  let sum = 0;
  for (const line of lines) { sum += line.price }
  debugger;
  return sum; console.log("never");
}
