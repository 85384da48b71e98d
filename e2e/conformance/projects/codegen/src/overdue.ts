import type { ResultOf, VariablesOf } from "@graphql-typed-document-node/core";
import { graphql } from "./gql";

const OVERDUE = graphql(`
  query Overdue($filter: TicketFilter, $orderBy: TicketOrder) {
    tickets(filter: $filter, orderBy: $orderBy, first: 20) {
      nodes {
        __typename
        id
        title
        createdAt
        assignee {
          name
        }
        ... on Incident {
          impact
        }
      }
    }
  }
`);

export const variables: VariablesOf<typeof OVERDUE> = {
  filter: { risk: { in: ["BREACHED" as never] }, mine: false },
};

export function lines(answer: ResultOf<typeof OVERDUE>): string[] {
  return answer.tickets.nodes.map((ticket) => {
    const created: string = ticket.createdAt;
    const impact = ticket.__typename === "Incident" ? ticket.impact : "";
    return `${ticket.title} ${created} ${ticket.assignee?.name ?? "nobody"} ${impact}`;
  });
}
