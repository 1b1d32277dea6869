// What a test waits for is a condition: how long it may take says only when to give up.
jest.setTimeout(60_000);
