using System.Diagnostics;

namespace K8sLb.Telemetry.Tests;

public sealed class DrainTraceTests
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Whoever_knows_the_drain_knows_its_trace()
    {
        DrainTrace.ContextOf("drain-1").ShouldBe(DrainTrace.ContextOf("drain-1"));
        DrainTrace.ContextOf("drain-1").TraceId.ShouldNotBe(DrainTrace.ContextOf("drain-2").TraceId);
    }

    [Theory]
    [InlineData(false, ActivityStatusCode.Ok)]
    [InlineData(true, ActivityStatusCode.Error)]
    public void A_span_lasts_as_long_as_the_drain_did(bool isFailure, ActivityStatusCode status)
    {
        var id = Guid.NewGuid().ToString();
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == DrainTrace.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if (span.GetTagItem("k8slb.drain.id") is string of && of == id)
                {
                    spans.Add(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);

        DrainTrace.Record(
            "drain",
            id,
            Start,
            Start.AddSeconds(42),
            isFailure,
            KeyValuePair.Create<string, object?>("k8slb.pod", "a")
        );

        var span = spans.ShouldHaveSingleItem();
        span.TraceId.ShouldBe(DrainTrace.ContextOf(id).TraceId);
        span.ParentSpanId.ShouldBe(DrainTrace.ContextOf(id).SpanId);
        span.StartTimeUtc.ShouldBe(Start.UtcDateTime);
        span.Duration.ShouldBe(TimeSpan.FromSeconds(42));
        span.Status.ShouldBe(status);
        span.GetTagItem("k8slb.pod").ShouldBe("a");
    }

    [Fact]
    public void Nothing_is_made_where_nobody_listens() =>
        Should.NotThrow(() => DrainTrace.Record("drain", "id", Start, Start, isFailure: false));
}
