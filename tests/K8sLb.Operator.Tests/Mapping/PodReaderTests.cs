using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;
using K8sLb.Operator.Mapping;

namespace K8sLb.Operator.Tests.Mapping;

public sealed class PodReaderTests
{
    [Fact]
    public void A_pod_is_ready_when_its_containers_are()
    {
        PodReader.Read(Sample.Pod("a")).Ready.ShouldBeTrue();
        PodReader
            .Read(With(Sample.Pod("a"), ("app", false), (PodConventions.SidecarContainer, true)))
            .Ready.ShouldBeFalse();
        PodReader
            .Read(With(Sample.Pod("a"), (PodConventions.SidecarContainer, true)))
            .Ready.ShouldBeFalse("the application's container has no status yet");
    }

    [Fact]
    public void The_readiness_of_the_sidecar_does_not_count() =>
        PodReader
            .Read(With(Sample.Pod("a"), ("app", true), (PodConventions.SidecarContainer, false)))
            .Ready.ShouldBeTrue();

    [Theory]
    [InlineData("Pending", false, false)]
    [InlineData("Running", true, false)]
    [InlineData("Succeeded", false, true)]
    [InlineData("Failed", false, true)]
    [InlineData("Unknown", false, false)]
    public void The_phase_says_whether_anything_runs(string phase, bool ready, bool terminated)
    {
        var pod = Sample.Pod("a");
        pod.Status!.Phase = phase;

        PodReader.Read(pod).Ready.ShouldBe(ready);
        PodReader.Read(pod).Terminated.ShouldBe(terminated);
    }

    [Fact]
    public void A_pod_without_status_is_not_ready() =>
        PodReader.Read(Sample.Pod("a") with { Status = null }).Ready.ShouldBeFalse();

    [Fact]
    public void Deletion_was_asked_for_a_grace_period_before_its_timestamp()
    {
        var pod = Sample.Pod("a");
        var killed = new DateTimeOffset(2030, 1, 1, 0, 1, 30, TimeSpan.Zero);
        pod.Metadata.DeletionTimestamp = killed;
        pod.Metadata.DeletionGracePeriodSeconds = 30;

        var facts = PodReader.Read(pod);

        facts.KilledAt.ShouldBe(killed);
        facts.DeletionRequestedAt.ShouldBe(killed - TimeSpan.FromSeconds(30));
        PodReader.Read(Sample.Pod("a")).DeletionRequestedAt.ShouldBeNull();
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("50", 50)]
    [InlineData("1000", 1000)]
    [InlineData("1001", null)]
    [InlineData("-1", null)]
    [InlineData("1.5", null)]
    [InlineData("heavy", null)]
    public void A_weight_is_a_whole_number_up_to_1000(string text, int? expected)
    {
        var pod = Sample.Pod("a", annotations: ("k8slb.io/weight", text));

        PodReader.Read(pod).Weight.ShouldBe(expected);
        (PodReader.AnnotationProblem(pod) is null).ShouldBe(expected is not null);
    }

    [Fact]
    public void A_bad_annotation_is_named_with_its_value_and_what_would_be_right()
    {
        PodReader
            .AnnotationProblem(Sample.Pod("a", annotations: ("k8slb.io/weight", "heavy")))
            .ShouldBe("k8slb.io/weight: \"heavy\": must be a whole number from 0 to 1000; ignored");
        PodReader
            .AnnotationProblem(Sample.Pod("a", annotations: ("k8slb.io/drain", "yes")))
            .ShouldBe("k8slb.io/drain: \"yes\": must be \"true\" or \"false\"; ignored");
        PodReader.AnnotationProblem(Sample.Pod("a")).ShouldBeNull();
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    [InlineData("yes", false)]
    public void A_drain_is_asked_for_by_true_alone(string text, bool expected) =>
        PodReader.Read(Sample.Pod("a", annotations: ("k8slb.io/drain", text))).DrainRequested.ShouldBe(expected);

    [Theory]
    [InlineData("Never", 0, true)]
    [InlineData("Never", 1, true)]
    [InlineData("OnFailure", 0, true)]
    [InlineData("OnFailure", 1, false)]
    [InlineData("Always", 0, false)]
    [InlineData(null, 0, false)]
    public void Work_is_done_when_its_containers_have_ended_for_good(string? policy, int exitCode, bool done)
    {
        var pod = Working(policy);
        PodReader.Read(pod).WorkDone.ShouldBeFalse();

        pod.Status!.ContainerStatuses![0].State = new()
        {
            Terminated = new V1ContainerStateTerminated { ExitCode = exitCode },
        };

        PodReader.Read(pod).WorkDone.ShouldBe(done);
    }

    [Fact]
    public void Work_goes_on_as_long_as_one_container_of_several_does()
    {
        var pod = Working("Never");
        pod.Status!.ContainerStatuses![0].State = new() { Terminated = new V1ContainerStateTerminated() };
        pod.Spec!.Containers.Add(new V1Container { Name = "second" });

        PodReader.Read(pod).WorkDone.ShouldBeFalse();
    }

    [Fact]
    public void A_sidecar_that_the_kubelet_ends_itself_is_not_told_to()
    {
        var pod = Working("Never");
        pod.Status!.ContainerStatuses![0].State = new() { Terminated = new V1ContainerStateTerminated() };
        pod.Spec!.Containers.RemoveAt(1);

        PodReader.Read(pod).WorkDone.ShouldBeFalse();
    }

    private static V1Pod Working(string? policy)
    {
        var pod = With(Sample.Pod("a"), ("app", true), (PodConventions.SidecarContainer, true));
        pod.Spec!.RestartPolicy = policy;
        pod.Spec.Containers =
        [
            new V1Container { Name = "app" },
            new V1Container { Name = PodConventions.SidecarContainer },
        ];
        return pod;
    }

    private static V1Pod With(V1Pod pod, params (string Name, bool Ready)[] containers)
    {
        pod.Status!.ContainerStatuses =
        [
            .. containers.Select(c => new V1ContainerStatus { Name = c.Name, Ready = c.Ready }),
        ];
        return pod;
    }
}
