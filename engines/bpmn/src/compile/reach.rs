//! From where a token can still reach an inclusive join.

use crate::model::{Body, Flow, FlowId, Node, NodeId, NodeKind, Reach};

/// Fills in the sets of all inclusive joins, and lists the joins in their scopes.
pub(super) fn inclusive_joins(nodes: &mut [Node], flows: &[Flow], bodies: &mut [Body]) {
    let links = links(nodes);
    for index in 0..nodes.len() {
        if !matches!(nodes[index].kind, NodeKind::Inclusive(_)) || nodes[index].incoming.len() < 2 {
            continue;
        }
        let join = NodeId(index as u32);
        let sets = nodes[index].incoming.iter().map(|flow| backwards(nodes, flows, &links, join, *flow)).collect();
        bodies[nodes[index].body.0 as usize].inclusive_joins.push(join);
        nodes[index].kind = NodeKind::Inclusive(Reach { sets });
    }
}

/// Link throw events by the catch event they lead to.
fn links(nodes: &[Node]) -> Vec<(NodeId, NodeId)> {
    let throws = nodes.iter().enumerate();
    throws
        .filter_map(|(index, node)| match node.kind {
            NodeKind::Link { target } => Some((target, NodeId(index as u32))),
            _ => None,
        })
        .collect()
}

/// Every node from which the flow can be reached without passing the join.
fn backwards(nodes: &[Node], flows: &[Flow], links: &[(NodeId, NodeId)], join: NodeId, flow: FlowId) -> Vec<u64> {
    let mut set = vec![0_u64; nodes.len().div_ceil(64)];
    let mut open = vec![flows[flow.0 as usize].source];
    while let Some(node) = open.pop() {
        let (word, bit) = (node.0 as usize / 64, node.0 % 64);
        if node == join || set[word] >> bit & 1 == 1 {
            continue;
        }
        set[word] |= 1 << bit;
        let found = &nodes[node.0 as usize];
        open.extend(found.incoming.iter().map(|flow| flows[flow.0 as usize].source));
        // A token on an activity can still leave by its boundary events.
        if let NodeKind::Boundary { host, .. } = found.kind {
            open.push(host);
        }
        open.extend(links.iter().filter(|(target, _)| *target == node).map(|(_, throw)| *throw));
    }
    set
}

/// Pairs of joins in one scope that each wait for tokens that may stand at the other.
pub(super) fn mutual(nodes: &[Node], body: &Body) -> Vec<[NodeId; 2]> {
    let reaches = |from: NodeId, to: NodeId| match &nodes[to.0 as usize].kind {
        NodeKind::Inclusive(reach) => {
            let incoming = 0..nodes[to.0 as usize].incoming.len();
            // Some way in that the other can feed, and some other way in on which a token may be waiting for it.
            incoming.clone().any(|flow| reach.contains(flow, from))
                && incoming.clone().any(|flow| !reach.contains(flow, from))
        }
        _ => false,
    };
    let mut pairs = Vec::new();
    for (index, first) in body.inclusive_joins.iter().enumerate() {
        for second in &body.inclusive_joins[index + 1..] {
            if reaches(*first, *second) && reaches(*second, *first) {
                pairs.push([*first, *second]);
            }
        }
    }
    pairs
}
