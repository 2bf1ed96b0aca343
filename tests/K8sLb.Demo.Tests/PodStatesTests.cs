using K8sLb.Kubernetes.Models;

namespace K8sLb.Demo.Tests;

public sealed class PodStatesTests
{
    [Fact]
    public void A_deleted_pod_has_ended_when_no_container_of_it_runs() =>
        Pod(deleted: true, running: [false, false]).HasEnded().ShouldBeTrue();

    [Fact]
    public void A_deleted_pod_whose_sidecar_still_runs_has_not_ended() =>
        Pod(deleted: true, running: [false, true]).HasEnded().ShouldBeFalse();

    [Fact]
    public void A_pod_that_is_starting_has_not_ended() =>
        Pod(deleted: false, running: [false, false]).HasEnded().ShouldBeFalse();

    private static V1Pod Pod(bool deleted, bool[] running) =>
        new()
        {
            Metadata = new() { DeletionTimestamp = deleted ? DateTimeOffset.UnixEpoch : null },
            Status = new()
            {
                ContainerStatuses =
                [
                    .. running.Select(runs => new V1ContainerStatus
                    {
                        State = runs ? new() { Running = new() } : new() { Waiting = new() },
                    }),
                ],
            },
        };
}
