import { graphql } from "relay-runtime";

graphql`
  query QueueQuery($filter: TicketFilter) {
    ...Queue_tickets @arguments(filter: $filter)
  }
`;

graphql`
  fragment Queue_tickets on Query
  @refetchable(queryName: "QueuePage")
  @argumentDefinitions(
    filter: { type: "TicketFilter" }
    count: { type: "Int", defaultValue: 50 }
    cursor: { type: "String" }
  ) {
    tickets(filter: $filter, first: $count, after: $cursor) @connection(key: "Queue_tickets") {
      asOf
      edges {
        node {
          id
          ...Queue_row
        }
      }
    }
  }
`;

graphql`
  fragment Queue_row on Ticket {
    reference
    title
    updatedAt
    assignee {
      name
    }
    ... on Incident {
      impact
    }
  }
`;

graphql`
  mutation ReportMutation($input: IncidentReportInput!) {
    incidentReport(input: $input) {
      ticket {
        id
        ...Queue_row
      }
      userErrors {
        code
        message
        field
      }
    }
  }
`;

graphql`
  subscription QueueSubscription($filter: TicketFilter, $since: Sequence) {
    queueChanged(filter: $filter, since: $since) {
      __typename
      ... on QueueUpsert {
        sortKey
        sequence
        ticket {
          id
          ...Queue_row
        }
      }
      ... on QueueRemove {
        id
      }
      ... on Resync {
        reason
      }
    }
  }
`;
