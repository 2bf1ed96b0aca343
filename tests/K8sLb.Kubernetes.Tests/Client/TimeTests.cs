using System.Text.Json;
using K8sLb.Kubernetes.Json;
using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes.Tests.Client;

/// <summary>The API server stores whole seconds in one kind of time, and insists on six digits in the other.</summary>
public sealed class TimeTests
{
    private static readonly DateTimeOffset Moment = new(2030, 1, 2, 3, 4, 5, 678, 900, TimeSpan.FromHours(2));

    [Fact]
    public void A_time_is_written_in_whole_seconds_of_utc()
    {
        var condition = new V1Condition { LastTransitionTime = Moment };

        JsonSerializer
            .Serialize(condition, ConditionJson.Default.V1Condition)
            .ShouldContain("\"lastTransitionTime\":\"2030-01-02T01:04:05Z\"");
    }

    [Fact]
    public void A_micro_time_has_six_digits_and_is_read_back_as_it_was()
    {
        var lease = new V1Lease { Spec = new V1LeaseSpec { RenewTime = Moment } };

        var json = JsonSerializer.Serialize(lease, KubernetesJson.Default.V1Lease);

        json.ShouldContain("\"renewTime\":\"2030-01-02T01:04:05.678900Z\"");
        JsonSerializer.Deserialize(json, KubernetesJson.Default.V1Lease)!.Spec!.RenewTime.ShouldBe(Moment);
    }

    [Theory]
    [InlineData("2030-01-02T01:04:05Z")]
    [InlineData("2030-01-02T03:04:05+02:00")]
    public void Any_offset_is_read(string text) =>
        JsonSerializer
            .Deserialize($$"""{"lastTransitionTime":"{{text}}"}""", ConditionJson.Default.V1Condition)!
            .LastTransitionTime.ShouldBe(new DateTimeOffset(2030, 1, 2, 1, 4, 5, TimeSpan.Zero));
}
