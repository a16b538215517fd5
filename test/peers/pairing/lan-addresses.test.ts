/** Which of a computer's addresses stand in an invite, and in which order. */
import type { NetworkInterfaceInfo } from "node:os";
import { describe, expect, it } from "vitest";
import { isAddress, parseAddress, printAddress } from "#peers/link/address";
import { addressesOf } from "#peers/pairing/lan-addresses";

const at = (address: string, internal = false) =>
  ({ address, internal, family: address.includes(":") ? "IPv6" : "IPv4" }) as NetworkInterfaceInfo;

const interfaces = {
  lo: [at("127.0.0.1", true), at("::1", true)],
  docker0: [at("172.17.0.1")],
  wlan0: [at("fe80::1"), at("2001:db8::7"), at("192.0.2.7")],
  eth0: [at("169.254.3.4"), at("198.51.100.7")],
};

describe("addresses", () => {
  it("IPv4 of the real network first, then IPv6; containers last; never its own loopback or a link's", () => {
    expect(addressesOf({ host: "::", port: 8744 }, interfaces)).toEqual([
      "192.0.2.7:8744",
      "198.51.100.7:8744",
      "[2001:db8::7]:8744",
      "169.254.3.4:8744",
      "172.17.0.1:8744",
    ]);
    expect(addressesOf({ host: "0.0.0.0", port: 1 }, interfaces)).not.toContain("[2001:db8::7]:1");
  });

  it("one that listens at one place says that one; one without a network says itself", () => {
    expect(addressesOf({ host: "10.0.0.1", port: 5 }, interfaces)).toEqual(["10.0.0.1:5"]);
    expect(addressesOf({ host: "0.0.0.0", port: 5 }, { lo: interfaces.lo })).toEqual(["127.0.0.1:5"]);
  });

  it.each(["192.0.2.7:8744", "[2001:db8::7]:1", "[fe80::1%eth0]:1", "ana-laptop.local:65535", "a:1"])(
    "%s is an address",
    (text) => expect(printAddress(parseAddress(text)!)).toBe(text),
  );

  it.each([
    "",
    "192.0.2.7",
    ":1",
    "a:",
    "a:0",
    "a:65536",
    "a:1x",
    "2001:db8::7:1",
    "[192.0.2.7]:1",
    "[::1]",
    "a b:1",
    "u@h:1",
    "http://a:1",
    "a/b:1",
    "-a:1",
    "[::1\n]:1",
    "a:1\n",
  ])("%j is none", (text) => expect(isAddress(text)).toBe(false));
});
