using K8sLb.Operator.Validation;

namespace K8sLb.Operator.Tests.Validation;

public sealed class GoDurationTests
{
    [Theory]
    [InlineData("60s", 60_000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("500ms", 500)]
    [InlineData("2h", 7_200_000)]
    [InlineData("0s", 0)]
    public void Durations_are_read_as_Go_does(string text, int milliseconds)
    {
        GoDuration.TryParse(text, out var duration).ShouldBeTrue();
        duration.ShouldBe(TimeSpan.FromMilliseconds(milliseconds));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("1")]
    [InlineData("-1s")]
    [InlineData("1.5s")]
    [InlineData("1d")]
    [InlineData("123456s")]
    [InlineData("1s1s1s1s1s")]
    [InlineData("1s\n")]
    [InlineData("١s")]
    public void What_is_no_duration_is_refused(string? text) => GoDuration.TryParse(text, out _).ShouldBeFalse();
}
