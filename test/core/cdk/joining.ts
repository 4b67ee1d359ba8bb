/** Stands for what an operator keeps to itself: must appear in no template. */
export const ENDPOINT = "https://node.example.com/canary-of-the-endpoint";
export const GENESIS = `0x${"ab".repeat(32)}`;

/** A `book.json`, as another Kapok wrote it. */
export const book = {
  rpcUrl: ENDPOINT,
  chainId: 4242,
  genesisHash: GENESIS,
  addresses: {
    authority: `0x${"11".repeat(20)}`,
    organisations: `0x${"22".repeat(20)}`,
    points: `0x${"33".repeat(20)}`,
  },
  startBlock: 7,
};

export const network = {
  vpc: "vpc-0123456789abcdef0",
  subnets: ["subnet-0123456789abcdef1", "subnet-0123456789abcdef0"],
  securityGroups: ["sg-0123456789abcdef0"],
  routeTables: ["rtb-0123456789abcdef1", "rtb-0123456789abcdef0"],
};
