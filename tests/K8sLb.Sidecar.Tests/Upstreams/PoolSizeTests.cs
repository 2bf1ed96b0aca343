using FsCheck;
using FsCheck.Fluent;
using K8sLb.Sidecar.Http.Upstreams;

namespace K8sLb.Sidecar.Tests.Upstreams;

public sealed class PoolSizeTests
{
    private static readonly PoolSizeRules Rules = new(2, 10, 10, TimeSpan.FromSeconds(5));

    [Theory]
    [InlineData(2, 16, 2)] // 80 % in use
    [InlineData(2, 17, 3)]
    [InlineData(2, 60, 8)]
    [InlineData(2, 1_000, 10)]
    [InlineData(4, 12, 4)] // 30 %
    public void It_grows_above_80_percent_to_what_is_enough(int size, int inFlight, int expected) =>
        new PoolSize(size).Next(Rules, inFlight, TimeSpan.Zero).Size.ShouldBe(expected);

    [Fact]
    public void It_shrinks_when_less_than_30_percent_has_been_in_use_for_a_while()
    {
        var size = new PoolSize(8).Next(Rules, 20, TimeSpan.FromSeconds(1));
        size.Size.ShouldBe(8);

        size.Next(Rules, 20, TimeSpan.FromSeconds(5.9)).Size.ShouldBe(8);
        size.Next(Rules, 20, TimeSpan.FromSeconds(6)).Size.ShouldBe(4);
        size.Next(Rules, 0, TimeSpan.FromSeconds(6)).Size.ShouldBe(2);
    }

    [Fact]
    public void A_moment_of_use_begins_the_while_anew()
    {
        var size = new PoolSize(8).Next(Rules, 20, TimeSpan.FromSeconds(1));
        size = size.Next(Rules, 30, TimeSpan.FromSeconds(4));
        size = size.Next(Rules, 20, TimeSpan.FromSeconds(5));

        size.Next(Rules, 20, TimeSpan.FromSeconds(9)).Size.ShouldBe(8);
    }

    [Fact]
    public void Whatever_it_carries_it_keeps_its_bounds_and_steady_use_ends_in_a_steady_size() =>
        Prop.ForAll(
                Gen.Choose(0, 200).ListOf().ToArbitrary(),
                Gen.Choose(0, 200).ToArbitrary(),
                (before, steady) =>
                {
                    var (size, now) = (PoolSize.Smallest(Rules), TimeSpan.Zero);
                    foreach (var inFlight in before)
                    {
                        size = size.Next(Rules, inFlight, now += TimeSpan.FromSeconds(1));
                        if (size.Size is < 2 or > 10 || (size.Size < 10 && inFlight > size.Size * 8))
                        {
                            return false;
                        }
                    }
                    for (var i = 0; i < 12; i++)
                    {
                        size = size.Next(Rules, steady, now += TimeSpan.FromSeconds(1));
                    }
                    var settled = size.Size;
                    for (var i = 0; i < 20; i++)
                    {
                        size = size.Next(Rules, steady, now += TimeSpan.FromSeconds(1));
                        if (size.Size != settled)
                        {
                            return false;
                        }
                    }
                    return settled == 2 || steady >= settled * 3 || settled == 10;
                }
            )
            .QuickCheckThrowOnFailure();
}
