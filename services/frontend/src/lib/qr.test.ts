import { expect, test } from "vitest";
import { qrCode } from "./qr";

test("a code is as large as its text asks for, and has its three corners", () => {
  const grid = qrCode(`otpauth://totp/DocFlow:a@b.c?secret=${"A".repeat(32)}`);
  expect(grid).toHaveLength(37);
  const corner = (x: number, y: number) => grid.slice(y, y + 7).map((row) => row.slice(x, x + 7));
  expect(corner(0, 0).map((row) => row.map(Number).join(""))).toEqual([
    "1111111",
    "1000001",
    "1011101",
    "1011101",
    "1011101",
    "1000001",
    "1111111",
  ]);
  expect(corner(30, 0)).toEqual(corner(0, 0));
  expect(corner(0, 30)).toEqual(corner(0, 0));
});

test("the longest text fits, one byte more does not", () => {
  expect(qrCode("x".repeat(213))).toHaveLength(57);
  expect(() => qrCode("x".repeat(214))).toThrow(RangeError);
});
