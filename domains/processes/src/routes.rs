//! The operations of this domain, with who may call them.

use authz::{
    Access,
    permissions::{PROCESSES_DESIGN, PROCESSES_OPERATE, PROCESSES_PUBLISH, PROCESSES_READ, TASKS_READ, TASKS_WORK},
};
use http_api::Routes;

use crate::ops::{catalogue, definitions, incidents, instances, messages, migrate, publish, tasks};

/// The operations of this domain.
pub fn routes() -> Routes {
    drawn().merge(run()).merge(worked())
}

fn drawn() -> Routes {
    let (read, design) = (Access::Needs(PROCESSES_READ), Access::Needs(PROCESSES_DESIGN));
    let publishes = Access::Needs(PROCESSES_PUBLISH);
    Routes::new("processes")
        .get(
            "/api/v1/process-actions",
            read,
            "listProcessActions",
            "List what steps can do by themselves",
            catalogue::actions,
        )
        .describe("Each action with the inputs it asks for: values, or expressions that begin with `=`.")
        .get(
            "/api/v1/process-templates",
            read,
            "listProcessTemplates",
            "List processes to begin with",
            catalogue::templates,
        )
        .get("/api/v1/processes", read, "listProcesses", "List processes", definitions::list)
        .post("/api/v1/processes", design, "createProcess", "Create a process with its draft", definitions::create)
        .get("/api/v1/processes/{id}", read, "getProcess", "Show a process with its draft", definitions::get)
        .patch("/api/v1/processes/{id}", design, "updateProcess", "Change a process or its draft", definitions::update)
        .describe("What is published stays as it is until the draft is published.")
        .post("/api/v1/processes/{id}/archive", design, "archiveProcess", "Put a process away", definitions::archive)
        .describe("Nobody starts it by hand any more; what runs goes on.")
        .post("/api/v1/processes/{id}/restore", design, "restoreProcess", "Take a process back", definitions::restore)
        .post(
            "/api/v1/processes/{id}/check",
            design,
            "checkProcess",
            "Say what speaks against publishing the draft",
            definitions::check,
        )
        .describe("Each finding names the element, a stable code, and what to do.")
        .post("/api/v1/processes/{id}/publish", publishes, "publishProcess", "Publish the draft", publish::publish)
        .describe(
            "Running instances keep their version. A draft that cannot run is refused with 422 `unsound_process`.",
        )
        .post(
            "/api/v1/processes/{id}/roll-back",
            publishes,
            "rollBackProcess",
            "Publish an earlier version anew",
            publish::roll_back,
        )
        .get(
            "/api/v1/processes/{id}/versions",
            read,
            "listProcessVersions",
            "List the versions of a process",
            publish::versions,
        )
        .get(
            "/api/v1/processes/{id}/versions/{number}",
            read,
            "getProcessVersion",
            "Show a version with its file",
            publish::version,
        )
}

fn run() -> Routes {
    let (read, operate) = (Access::Needs(PROCESSES_READ), Access::Needs(PROCESSES_OPERATE));
    Routes::new("processes")
        .get("/api/v1/process-instances", read, "listProcessInstances", "List process instances", instances::list)
        .post("/api/v1/process-instances", operate, "startProcess", "Start a process", instances::start)
        .get(
            "/api/v1/process-instances/{id}",
            read,
            "getProcessInstance",
            "Show where a process instance is and has been",
            instances::get,
        )
        .get(
            "/api/v1/process-instances/{id}/journal",
            read,
            "getProcessJournal",
            "List the steps of a process instance",
            instances::journal,
        )
        .patch(
            "/api/v1/process-instances/{id}/variables",
            operate,
            "setProcessVariables",
            "Write variables of a process instance",
            instances::set_variables,
        )
        .post(
            "/api/v1/process-instances/{id}/cancel",
            operate,
            "cancelProcessInstance",
            "End a process instance with everything in it",
            instances::cancel,
        )
        .post(
            "/api/v1/process-instances/{id}/migration-plan",
            operate,
            "planProcessMigration",
            "Say what taking an instance to another version would do",
            migrate::plan,
        )
        .post(
            "/api/v1/process-instances/{id}/migrate",
            operate,
            "migrateProcessInstance",
            "Take an instance to another version",
            migrate::migrate,
        )
        .describe("Every active element has its place there, or nothing changes and the answer says what has none.")
        .get("/api/v1/process-incidents", read, "listProcessIncidents", "List incidents", incidents::list)
        .post(
            "/api/v1/process-incidents/{id}/retry",
            operate,
            "retryProcessIncident",
            "Try again what stopped",
            incidents::retry,
        )
        .post(
            "/api/v1/process-incidents/{id}/skip",
            operate,
            "skipProcessIncident",
            "Go on behind what stopped",
            incidents::skip,
        )
        .post("/api/v1/process-messages", operate, "sendProcessMessage", "Send a message to processes", messages::send)
        .describe("It goes to one instance that waits for its name and key, else to a process that it starts, else it is kept.")
        .post("/api/v1/process-signals", operate, "signalProcesses", "Throw a signal to processes", messages::signal)
}

fn worked() -> Routes {
    let (read, work) = (Access::Needs(TASKS_READ), Access::Needs(TASKS_WORK));
    Routes::new("processes")
        .get("/api/v1/tasks", read, "listTasks", "List tasks of processes", tasks::list)
        .get("/api/v1/my-tasks", read, "listMyTasks", "List the open tasks that are mine", tasks::mine)
        .get("/api/v1/task-queue", read, "listTaskQueue", "List the open tasks that I may take", tasks::queue)
        .get("/api/v1/tasks/{id}", read, "getTask", "Show a task", tasks::get)
        .post("/api/v1/tasks/{id}/claim", work, "claimTask", "Take a task", tasks::claim)
        .post("/api/v1/tasks/{id}/release", work, "releaseTask", "Give a task back to its queue", tasks::release)
        .post("/api/v1/tasks/{id}/delegate", work, "delegateTask", "Give a task to somebody else", tasks::delegate)
        .post("/api/v1/tasks/{id}/complete", work, "completeTask", "Complete a task", tasks::complete)
        .describe("A task that was completed or withdrawn before is 409 `task_closed`, and nothing changes.")
}
