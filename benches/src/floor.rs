//! The machine's own limit: durable single-row inserts, with the same engine and settings and nothing around them.

use std::{
    path::Path,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use rusqlite::Connection;
use tokio_postgres::NoTls;

use crate::{Outcome, database::runtime, during};

const ROW: &str = "a row as long as a short ticket title and its number T-2026-000123";

fn open(path: &Path) -> Outcome<Connection> {
    let connection = Connection::open(path).map_err(during("SQLite"))?;
    connection
        .execute_batch(
            "pragma journal_mode = wal; pragma synchronous = full;
             create table if not exists rows (id integer primary key, text text not null);",
        )
        .map_err(during("SQLite"))?;
    Ok(connection)
}

/// One row, one durable commit, over and over: rows a second.
pub fn sqlite_single(folder: &Path, lasting: Duration) -> Outcome<f64> {
    let connection = open(&folder.join("floor-single.db"))?;
    let mut insert = connection.prepare("insert into rows (text) values (?1)").map_err(during("SQLite"))?;
    let (begun, mut count) = (Instant::now(), 0_u64);
    while begun.elapsed() < lasting {
        insert.execute([ROW]).map_err(during("SQLite"))?;
        count += 1;
    }
    Ok(count as f64 / begun.elapsed().as_secs_f64())
}

/// `clients` threads whose rows share durable commits on one writer, each waiting for its own: rows a second.
pub fn sqlite_grouped(folder: &Path, clients: usize, lasting: Duration) -> Outcome<f64> {
    let mut connection = open(&folder.join(format!("floor-{clients}.db")))?;
    let (send, receive) = mpsc::channel::<mpsc::SyncSender<()>>();
    let begun = Instant::now();
    let callers: Vec<_> = (0..clients)
        .map(|_| {
            let send = send.clone();
            thread::spawn(move || {
                let mut count = 0_u64;
                while begun.elapsed() < lasting {
                    let (done, wait) = mpsc::sync_channel(1);
                    if send.send(done).is_err() || wait.recv().is_err() {
                        break;
                    }
                    count += 1;
                }
                count
            })
        })
        .collect();
    drop(send);
    while let Ok(first) = receive.recv() {
        let mut waiting = vec![first];
        waiting.extend(receive.try_iter().take(255));
        let group = connection.transaction().map_err(during("SQLite"))?;
        {
            let mut insert = group.prepare_cached("insert into rows (text) values (?1)").map_err(during("SQLite"))?;
            for _ in &waiting {
                insert.execute([ROW]).map_err(during("SQLite"))?;
            }
        }
        group.commit().map_err(during("SQLite"))?;
        for caller in waiting {
            let _ = caller.send(());
        }
    }
    let elapsed = begun.elapsed().as_secs_f64();
    Ok(callers.into_iter().map(|caller| caller.join().unwrap_or(0)).sum::<u64>() as f64 / elapsed)
}

/// `clients` connections, each committing one row at a time: rows a second.
pub fn postgres(address: &str, clients: usize, lasting: Duration) -> Outcome<f64> {
    let runtime = runtime()?;
    runtime.block_on(async {
        let mut callers = tokio::task::JoinSet::new();
        for number in 0..clients {
            let (client, connection) = tokio_postgres::connect(address, NoTls).await.map_err(during("PostgreSQL"))?;
            if number == 0 {
                let table = "create table if not exists floor_rows (id bigint generated always as identity primary key, text text not null)";
                let mut connection = Box::pin(connection);
                tokio::select! {
                    done = client.batch_execute(table) => done.map_err(during("PostgreSQL"))?,
                    _ = &mut connection => return Err("PostgreSQL closed the connection".into()),
                }
                callers.spawn(insert_rows(client, connection, lasting));
            } else {
                callers.spawn(insert_rows(client, Box::pin(connection), lasting));
            }
        }
        let (begun, mut count) = (Instant::now(), 0_u64);
        while let Some(done) = callers.join_next().await {
            count += done.map_err(during("PostgreSQL"))??;
        }
        Ok(count as f64 / begun.elapsed().as_secs_f64())
    })
}

async fn insert_rows<C>(
    client: tokio_postgres::Client,
    connection: std::pin::Pin<Box<C>>,
    lasting: Duration,
) -> Outcome<u64>
where
    C: Future<Output = Result<(), tokio_postgres::Error>> + Send,
{
    let work = async {
        let insert = client.prepare("insert into floor_rows (text) values ($1)").await?;
        let (begun, mut count) = (Instant::now(), 0_u64);
        while begun.elapsed() < lasting {
            client.execute(&insert, &[&ROW]).await?;
            count += 1;
        }
        Ok::<u64, tokio_postgres::Error>(count)
    };
    tokio::select! {
        done = work => done.map_err(during("PostgreSQL")),
        _ = connection => Err("PostgreSQL closed the connection".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_as_they_are_stored() {
        let folder = tempfile::tempdir().unwrap();
        let lasting = Duration::from_millis(100);
        assert!(sqlite_single(folder.path(), lasting).unwrap() > 0.0);
        let rate = sqlite_grouped(folder.path(), 4, lasting).unwrap();
        let stored: i64 = Connection::open(folder.path().join("floor-4.db"))
            .unwrap()
            .query_row("select count(*) from rows", [], |row| row.get(0))
            .unwrap();
        assert!(stored > 0 && rate > 0.0 && rate <= stored as f64 / 0.1 + 1.0);
    }
}
