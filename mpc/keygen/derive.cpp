#include "mpc/keygen/derive.h"

#include "mpc/keygen/derive.inl.h"

namespace tercet::mpc {

template Task<Result<std::shared_ptr<const KeyMaterial>>> derive<FullDefences>(Party&,
                                                                               KeyName,
                                                                               ByteShares,
                                                                               VectorRange);
template Task<Result<KeyCheckValue>> key_check<FullDefences>(Party&,
                                                             KeyName,
                                                             std::shared_ptr<const KeyMaterial>,
                                                             VectorRange);

}  // namespace tercet::mpc
